import { HerculesError } from '@hercules/protocol';

/** Memory that reads under way share. What does not fit is refused at once: the client comes again. */
export class ByteBudget {
  readonly #total: number;
  #used = 0;

  constructor(total: number) {
    this.#total = total;
  }

  get used(): number {
    return this.#used;
  }

  /** Runs `work` with so many bytes set apart. Throws THROTTLED. */
  async with<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    // One read always fits, however small the budget is.
    if (this.#used > 0 && this.#used + bytes > this.#total) {
      throw new HerculesError('THROTTLED', `reads under way hold ${this.#used} of ${this.#total} bytes`);
    }
    this.#used += bytes;
    try {
      return await work();
    } finally {
      this.#used -= bytes;
    }
  }
}
