import { TICKS_PER_MS } from './ticks.ts';

const TICKS_IN_MS = 10_000;

/** Where a clock gets its time from. */
export interface TimeSource {
  /** Wall clock in whole ms since 1970-01-01T00:00:00Z. */
  wallMs(): number;
  /** Monotonic clock in ms with fractions, from any origin. */
  monotonicMs(): number;
  /** What to add to the monotonic clock at first for the wall clock, if it is known better than to a ms. */
  readonly originMs?: number;
}

/**
 * Node's clocks. Date.now() has whole milliseconds everywhere; performance.now() reads the monotonic clock with a resolution of 1 ns on
 * Linux and about 42 ns on Apple silicon, so that every tick is told apart there, and of 100 ns (one tick) on Windows.
 */
const SYSTEM_TIME: TimeSource = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  originMs: performance.timeOrigin,
};

/**
 * A clock of 100-ns ticks that strictly grows (protocol §3). It follows the wall clock: the monotonic clock only fills in the part below a
 * millisecond, and when the two differ by more than a millisecond, because the wall clock was set or corrected, the wall clock is right. After
 * a step backwards, and when asked faster than ticks pass, it goes on by one tick at a time until the wall clock has caught up.
 */
export class TickClock {
  readonly #source: TimeSource;
  #offsetMs: number;
  #ms = Number.NEGATIVE_INFINITY;
  #subMsTicks = 0;

  constructor(source: TimeSource = SYSTEM_TIME) {
    this.#source = source;
    this.#offsetMs = source.originMs ?? source.wallMs() - source.monotonicMs();
  }

  /** @returns ticks since 1970-01-01T00:00:00Z, greater than all that this clock has given before */
  now(): bigint {
    this.advance();
    return BigInt(this.#ms) * TICKS_PER_MS + BigInt(this.#subMsTicks);
  }

  /** Steps to the next moment without making a bigint of it: see {@link wholeMs} and {@link subMsTicks}. */
  advance(): void {
    const wallMs = this.#source.wallMs();
    const monotonicMs = this.#source.monotonicMs();
    let preciseMs = monotonicMs + this.#offsetMs;
    let ms = Math.floor(preciseMs);
    if (ms < wallMs - 1 || ms > wallMs + 1) {
      this.#offsetMs = wallMs - monotonicMs;
      preciseMs = wallMs;
      ms = wallMs;
    }
    const ticks = Math.floor((preciseMs - ms) * TICKS_IN_MS);
    if (ms > this.#ms || (ms === this.#ms && ticks > this.#subMsTicks)) {
      this.#ms = ms;
      this.#subMsTicks = ticks;
    } else if (++this.#subMsTicks === TICKS_IN_MS) {
      this.#ms++;
      this.#subMsTicks = 0;
    }
  }

  /** Whole ms since 1970-01-01T00:00:00Z of the current moment. */
  get wholeMs(): number {
    return this.#ms;
  }

  /** Ticks since the last whole ms, 0..9999. */
  get subMsTicks(): number {
    return this.#subMsTicks;
  }
}
