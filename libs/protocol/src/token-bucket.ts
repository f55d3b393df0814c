/**
 * A token bucket that goes into debt: what is taken may be more than what is there, so that a batch larger than the bucket passes, and then nothing passes
 * until the rate has paid for it. Over time no more goes through than the rate, plus the capacity once and what is owed for the last batch.
 */
export class TokenBucket {
  #ratePerMs: number;
  #capacity: number;
  #tokens: number;
  #filledMs: number;

  /**
   * @param ratePerSecond tokens that come each second
   * @param capacity most tokens that are saved up; at least 1 counts
   * @param nowMs of a clock that does not step back
   */
  constructor(ratePerSecond: number, capacity: number, nowMs: number) {
    this.#ratePerMs = ratePerSecond / 1000;
    this.#capacity = Math.max(1, capacity);
    this.#tokens = this.#capacity;
    this.#filledMs = nowMs;
  }

  /** Goes on with another rate; a debt stays. */
  change(ratePerSecond: number, capacity: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#ratePerMs = ratePerSecond / 1000;
    this.#capacity = Math.max(1, capacity);
    this.#tokens = Math.min(this.#tokens, this.#capacity);
  }

  /** How long until there is a token, in ms; 0 when there is one now. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / this.#ratePerMs;
  }

  take(tokens: number): void {
    this.#tokens -= tokens;
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#filledMs) * this.#ratePerMs);
    this.#filledMs = nowMs;
  }
}
