/**
 * How many writes may be under way: additive increase, multiplicative decrease, as TCP does it. The store's "too many requests"
 * halves the limit; a run of good writes raises it by one.
 */
export class ConcurrencyLimit {
  readonly max: number;
  #limit: number;
  #goodWrites = 0;

  constructor(max: number) {
    this.max = max;
    this.#limit = max;
  }

  get limit(): number {
    return this.#limit;
  }

  succeeded(): void {
    if (this.#limit >= this.max) return;
    this.#goodWrites++;
    if (this.#goodWrites < this.#limit * 8) return;
    this.#goodWrites = 0;
    this.#limit++;
  }

  overloaded(): void {
    this.#goodWrites = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }
}
