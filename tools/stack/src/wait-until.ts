export interface WaitOptions {
  /** Give up after this many ms. */
  readonly timeoutMs: number;
  /** Pause between two looks, in ms. */
  readonly intervalMs?: number;
  /** What is waited for, in the words of the error message. */
  readonly what: string;
  readonly signal?: AbortSignal;
}

/**
 * Looks until `look` returns something true and returns that. An exception of `look` is not caught: it means that waiting has no sense any more.
 * @throws Error when the time is over or the signal aborts
 */
export async function waitUntil<T>(
  look: () => T | Promise<T>,
  { timeoutMs, intervalMs = 100, what, signal }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const seen = await look();
    if (seen) return seen;
    if (Date.now() >= deadline) throw new Error(`${what}: not within ${Math.round(timeoutMs / 1000)} s`);
    await pause(intervalMs);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
