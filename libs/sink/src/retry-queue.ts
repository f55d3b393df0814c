import type { TrackedBlock } from './partition-progress.ts';

export interface RetryItem {
  readonly tracked: TrackedBlock;
  readonly index: number;
  /** How many times the record has been written already. */
  readonly attempt: number;
  /** When it is written again, in ms since the epoch. */
  readonly dueAt: number;
}

/** Records that wait to be written again, the earliest first. Short: their partitions are paused meanwhile. */
export class RetryQueue {
  #items: RetryItem[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** ms since the epoch; Infinity when nothing waits */
  get nextDueAt(): number {
    return this.#items[0]?.dueAt ?? Infinity;
  }

  add(item: RetryItem): void {
    let at = this.#items.length;
    while (at > 0 && this.#items[at - 1]!.dueAt > item.dueAt) at--;
    this.#items.splice(at, 0, item);
  }

  takeDue(now: number, max: number): RetryItem[] {
    let due = 0;
    while (due < this.#items.length && due < max && this.#items[due]!.dueAt <= now) due++;
    return this.#items.splice(0, due);
  }

  removeRevoked(): void {
    this.#items = this.#items.filter((item) => !item.tracked.revoked);
  }
}
