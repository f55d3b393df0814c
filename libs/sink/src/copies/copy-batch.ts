import type { RecordBlock } from '@hercules/kafka';

/** Records on their way into other topics: where each lies, and where it goes. No bytes are copied; the loop holds the blocks until the write is done. */
export class CopyBatch {
  readonly blocks: RecordBlock[] = [];
  readonly indexes: number[] = [];
  /** Place of the topic among the targets. */
  readonly targets: number[] = [];
  readonly partitions: number[] = [];
  /** Of all values, in bytes. */
  bytes = 0;

  get size(): number {
    return this.indexes.length;
  }

  push(block: RecordBlock, index: number, target: number, partition: number): void {
    this.blocks.push(block);
    this.indexes.push(index);
    this.targets.push(target);
    this.partitions.push(partition);
    this.bytes += block.valueEnds[index]! - block.valueStarts[index]!;
  }

  reset(): void {
    this.blocks.length = this.indexes.length = this.targets.length = this.partitions.length = 0;
    this.bytes = 0;
  }
}
