/**
 * Keeps the number of series within bounds: a series that had nothing for a while makes room for others, and one that finds no room is refused.
 */
export class SeriesLimit {
  readonly #max: number;
  readonly #expiryMs: number;
  readonly #seenAtMs = new Map<string, number>();
  #sweptAtMs = -Infinity;

  constructor(max: number, expiryMs: number) {
    this.#max = max;
    this.#expiryMs = expiryMs;
  }

  get size(): number {
    return this.#seenAtMs.size;
  }

  /** @param timeMs event time @returns whether the series has, or gets, room */
  admits(key: string, timeMs: number): boolean {
    const seen = this.#seenAtMs.get(key);
    if (seen !== undefined) {
      if (timeMs > seen) this.#seenAtMs.set(key, timeMs);
      return true;
    }
    if (this.#seenAtMs.size >= this.#max) {
      this.#sweep(timeMs);
      if (this.#seenAtMs.size >= this.#max) return false;
    }
    this.#seenAtMs.set(key, timeMs);
    return true;
  }

  #sweep(timeMs: number): void {
    // Each refused series would look through all others; time has to pass before any can have expired.
    if (timeMs - this.#sweptAtMs < this.#expiryMs / 10) return;
    this.#sweptAtMs = timeMs;
    for (const [key, seen] of this.#seenAtMs) if (timeMs - seen > this.#expiryMs) this.#seenAtMs.delete(key);
  }
}
