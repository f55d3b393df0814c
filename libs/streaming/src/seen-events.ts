import { IdSet } from './id-set.ts';

export interface SeenEventsOptions {
  /** Ids of events are kept together by slices of event time of this length, in ms. */
  readonly sliceMs: number;
  /** Most ids that are remembered. */
  readonly maxIds: number;
}

interface Slice {
  readonly ids: IdSet;
  /** The watermark at which no window takes events of this slice any more, in ms. */
  keepUntilMs: number;
}

/** What became of an event that is to be counted. */
export type Seen = 'new' | 'repeated' | 'forgotten';

/**
 * Tells events that come for the first time from those that were counted already, exactly, for as long as a window may take them. When more ids would have to be
 * remembered than is allowed, the oldest slices of time are forgotten, and their events are not counted any more: what cannot be told is late, never counted twice.
 */
export class SeenEvents {
  readonly #options: SeenEventsOptions;
  readonly #slices = new Map<number, Slice>();
  #forgottenMs = -Infinity;
  #size = 0;
  /** The slice that was begun last: the next will have about as many ids. */
  #newest: Slice | undefined;

  constructor(options: SeenEventsOptions) {
    this.#options = options;
  }

  /** Ids that are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Events from before this time in ms are not counted any more; −Infinity = none were forgotten. */
  get forgottenMs(): number {
    return this.#forgottenMs;
  }

  /** @param idAt where the 24 bytes of the event's id stand @param keepUntilMs the watermark at which the window that the event goes into is closed */
  add(buffer: Buffer, idAt: number, eventMs: number, keepUntilMs: number): Seen {
    if (eventMs < this.#forgottenMs) return 'forgotten';
    const { sliceMs, maxIds } = this.#options;
    const start = Math.floor(eventMs / sliceMs) * sliceMs;
    let slice = this.#slices.get(start);
    if (slice === undefined) slice = this.#begin(start, keepUntilMs);
    else if (keepUntilMs > slice.keepUntilMs) slice.keepUntilMs = keepUntilMs;
    if (!slice.ids.add(buffer, idAt)) return 'repeated';
    if (++this.#size > maxIds) this.#forgetOldest();
    return 'new';
  }

  /** Events from before this time in ms are not counted any more. */
  forgetBefore(timeMs: number): void {
    if (timeMs > this.#forgottenMs) this.#forgottenMs = timeMs;
  }

  /** Drops the ids of events that no window takes any more. */
  passTo(watermarkMs: number): void {
    for (const [start, { ids, keepUntilMs }] of this.#slices) {
      if (keepUntilMs > watermarkMs) continue;
      this.#slices.delete(start);
      this.#size -= ids.size;
    }
  }

  #begin(start: number, keepUntilMs: number): Slice {
    const slice = { ids: new IdSet(this.#newest?.ids.size), keepUntilMs };
    this.#slices.set(start, slice);
    return (this.#newest = slice);
  }

  #forgetOldest(): void {
    let oldest = Infinity;
    for (const start of this.#slices.keys()) if (start < oldest) oldest = start;
    this.#size -= this.#slices.get(oldest)!.ids.size;
    this.#slices.delete(oldest);
    this.forgetBefore(oldest + this.#options.sliceMs);
  }
}
