/** Exponential back-off with full jitter: the delay is uniform in [base/2, base], base doubling from `minMs` to `maxMs`. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;

  constructor(minMs: number, maxMs: number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  /** @param attempt 0 for the first repetition. @returns milliseconds to wait */
  delayMs(attempt: number): number {
    const base = Math.min(this.#maxMs, this.#minMs * 2 ** Math.min(attempt, 30));
    return base / 2 + (Math.random() * base) / 2;
  }
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
