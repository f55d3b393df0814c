import type { RecordBlock } from '@hercules/kafka';
import { OUTCOME, type Outcome } from './settlement.ts';

/** A fetched block on its way through the loop. */
export class TrackedBlock {
  readonly block: RecordBlock;
  readonly progress: PartitionProgress;
  /** Next record to convert. */
  cursor = 0;
  /** Records whose end (written, filtered, dead letter) is not reached yet. */
  remaining: number;
  /** Records that are part of a write under way. */
  inWrite = 0;
  /** What became of each record; they count as written until something else is known. */
  readonly outcomes: Uint8Array;
  /** The partition was taken away: nothing more is done for this block and its results do not count. */
  revoked = false;

  constructor(block: RecordBlock, progress: PartitionProgress) {
    this.block = block;
    this.progress = progress;
    this.remaining = block.count;
    this.outcomes = new Uint8Array(block.count).fill(OUTCOME.written);
  }

  mark(index: number, outcome: Outcome): void {
    this.outcomes[index] = outcome;
  }
}

/**
 * Which offsets of one partition may be committed: the end of the longest run of finished blocks from the start. Blocks finish in any
 * order; the commit never steps over an unfinished one.
 */
export class PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** Blocks not finished, or finished behind an unfinished one, in the order of their offsets. */
  readonly blocks: TrackedBlock[] = [];
  /** Unfinished records that the store has turned away at least once; while there are any, the partition is paused. */
  retrying = 0;
  #finishedOffset = -1;
  #committedOffset = -1;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  track(block: RecordBlock): TrackedBlock {
    const tracked = new TrackedBlock(block, this);
    this.blocks.push(tracked);
    return tracked;
  }

  /** Steps over the finished blocks at the front; `settled` is called with each. */
  advance(settled: (tracked: TrackedBlock) => void): void {
    let finished = 0;
    while (finished < this.blocks.length && this.blocks[finished]!.remaining === 0) finished++;
    if (finished === 0) return;
    this.#finishedOffset = this.blocks[finished - 1]!.block.lastOffset + 1;
    for (const tracked of this.blocks.splice(0, finished)) settled(tracked);
  }

  /** The offset to commit (next to read), or undefined when nothing is new. */
  get committable(): number | undefined {
    return this.#finishedOffset > this.#committedOffset ? this.#finishedOffset : undefined;
  }

  committed(offset: number): void {
    if (offset > this.#committedOffset) this.#committedOffset = offset;
  }

  get isBeingWritten(): boolean {
    return this.blocks.some((tracked) => tracked.inWrite > 0);
  }
}
