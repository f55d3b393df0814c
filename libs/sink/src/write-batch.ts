import type { TrackedBlock } from './partition-progress.ts';

/** A record that goes to the dead-letter stream, still counted as unfinished. */
export interface RejectedItem {
  readonly tracked: TrackedBlock;
  readonly index: number;
  readonly attempt: number;
  readonly reason: string;
  readonly error: string;
}

/** One write: the adapter's content and, for each item in it, the record it was made of. Reused from write to write. */
export class WriteBatch<B> {
  readonly content: B;
  readonly #rejected: RejectedItem[] = [];
  readonly #tracked: TrackedBlock[] = [];
  readonly #indexes: number[] = [];
  readonly #attempts: number[] = [];

  constructor(content: B) {
    this.content = content;
  }

  /** Items in the adapter's content. */
  get size(): number {
    return this.#indexes.length;
  }

  get rejected(): readonly RejectedItem[] {
    return this.#rejected;
  }

  get isEmpty(): boolean {
    return this.#indexes.length === 0 && this.#rejected.length === 0;
  }

  push(tracked: TrackedBlock, index: number, attempt: number): void {
    tracked.inWrite++;
    this.#tracked.push(tracked);
    this.#indexes.push(index);
    this.#attempts.push(attempt);
  }

  reject(tracked: TrackedBlock, index: number, attempt: number, reason: string, error: string): void {
    tracked.inWrite++;
    this.#rejected.push({ tracked, index, attempt, reason, error });
  }

  /** Takes over the records that another batch has found to be dead. */
  takeRejected(from: WriteBatch<B>): void {
    for (const { tracked, index, attempt, reason, error } of from.#rejected) this.reject(tracked, index, attempt, reason, error);
  }

  trackedAt(item: number): TrackedBlock {
    return this.#tracked[item]!;
  }

  indexAt(item: number): number {
    return this.#indexes[item]!;
  }

  attemptAt(item: number): number {
    return this.#attempts[item]!;
  }

  /**
   * Calls back once for each run of items of one block that are not in `failed`, with their number and how many of them are repetitions.
   * @returns how many items that was
   */
  eachWritten(failed: ReadonlySet<number>, callback: (tracked: TrackedBlock, records: number, repetitions: number) => void): number {
    let written = 0;
    let current: TrackedBlock | undefined;
    let run = 0;
    let repetitions = 0;
    for (let item = 0; item < this.#indexes.length; item++) {
      if (failed.has(item)) continue;
      const tracked = this.#tracked[item]!;
      if (tracked !== current) {
        if (current !== undefined) callback(current, run, repetitions);
        current = tracked;
        run = 0;
        repetitions = 0;
      }
      run++;
      if (this.#attempts[item]! > 0) repetitions++;
      written++;
    }
    if (current !== undefined) callback(current, run, repetitions);
    return written;
  }

  reset(): void {
    for (const tracked of this.#tracked) tracked.inWrite--;
    for (const { tracked } of this.#rejected) tracked.inWrite--;
    this.#rejected.length = 0;
    this.#tracked.length = 0;
    this.#indexes.length = 0;
    this.#attempts.length = 0;
  }
}
