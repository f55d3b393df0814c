/**
 * Names that were written a short while ago, so that a name costs a row now and then and not a row for each span. The longest known are
 * forgotten first when there are too many; they are then written again.
 */
export class KnownNames {
  readonly #writtenAt = new Map<string, number>();
  readonly #capacity: number;
  readonly #refreshMs: number;

  /** @param refreshMs after this long a name is written again, so that its row outlives its time to live */
  constructor(capacity: number, refreshMs: number) {
    this.#capacity = capacity;
    this.#refreshMs = refreshMs;
  }

  /** Whether the name has to be written now; then it counts as known. */
  isDue(name: string, now: number): boolean {
    const writtenAt = this.#writtenAt.get(name);
    if (writtenAt !== undefined && now - writtenAt < this.#refreshMs) return false;
    this.#writtenAt.delete(name);
    this.#writtenAt.set(name, now);
    if (this.#writtenAt.size > this.#capacity) this.#writtenAt.delete(this.#writtenAt.keys().next().value!);
    return true;
  }

  /** Its row was not written after all. */
  forget(name: string): void {
    this.#writtenAt.delete(name);
  }
}
