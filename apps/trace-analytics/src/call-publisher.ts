import type { Output } from '@hercules/streaming';

export interface CallPublisherOptions {
  /** Topic with one partition. */
  readonly topic: string;
  /** Windows of this length are published, in ms. */
  readonly periodMs: number;
  /** Partition of the partial results whose calls these are: two of them may have calls of the same window. */
  readonly partition: number;
}

interface Calls {
  readonly caller: string;
  readonly callee: string;
  readonly count: number;
  readonly errors: number;
}

/** Windows that may still be amended; more are not remembered. */
const MOST_WINDOWS = 100;

/** Publishes who called whom how often in each window, for query-api: key = window and partition, value = JSON with all calls; a later record takes the place of an earlier one. */
export class CallPublisher {
  readonly #output: Output;
  readonly #options: CallPublisherOptions;
  readonly #windows = new Map<number, Map<string, Calls>>();
  readonly #changed = new Set<number>();

  constructor(output: Output, options: CallPublisherOptions) {
    this.#output = output;
    this.#options = options;
  }

  take(periodMs: number, startMs: number, calls: Calls): void {
    if (periodMs !== this.#options.periodMs) return;
    let window = this.#windows.get(startMs);
    if (window === undefined) {
      this.#windows.set(startMs, (window = new Map()));
      if (this.#windows.size > MOST_WINDOWS) this.#windows.delete(Math.min(...this.#windows.keys()));
    }
    window.set(`${calls.caller}\0${calls.callee}`, calls);
    this.#changed.add(startMs);
  }

  /** Writes the windows that have changed. */
  publish(nowMs: number): void {
    const { topic, periodMs, partition } = this.#options;
    for (const startMs of this.#changed) {
      const calls = Array.from(this.#windows.get(startMs)?.values() ?? [], ({ caller, callee, count, errors }) => [
        caller,
        callee,
        count,
        errors,
      ]);
      const key = Buffer.from(`${startMs}/${partition}`);
      const bytes = Buffer.concat([key, Buffer.from(JSON.stringify({ start: startMs, periodMs, calls }))]);
      this.#output.append(topic, 0, bytes, 0, key.length, key.length, bytes.length, nowMs);
    }
    this.#changed.clear();
  }
}
