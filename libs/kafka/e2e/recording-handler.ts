import type { AssignedOffset, BatchConsumer, ConsumerHandler } from '../src/consumer.ts';
import type { RecordBlock } from '../src/record-block.ts';

/** Reads values out of blocks, releases them at once, and remembers what it was told. */
export class RecordingHandler implements ConsumerHandler {
  readonly values: string[] = [];
  /** Next offset of every partition that a block came for, by `topic/partition`. */
  readonly positions = new Map<string, number>();
  readonly errors: Error[] = [];
  readonly delivered: { key: string; owned: boolean; from: number }[] = [];
  assigned: AssignedOffset[] = [];
  assignments = 0;
  revocations = 0;
  commitOnRevoke = false;
  keepBlocks = false;
  readonly kept: RecordBlock[] = [];
  consumer: BatchConsumer | undefined;

  onBlock(block: RecordBlock): void {
    const key = `${block.topic}/${block.partition}`;
    this.delivered.push({ key, owned: this.keys().includes(key), from: block.firstOffset });
    for (let i = 0; i < block.count; i++) this.values.push(block.buffer.toString('utf8', block.valueStarts[i], block.valueEnds[i]));
    this.positions.set(key, block.lastOffset + 1);
    if (this.keepBlocks) this.kept.push(block);
    else this.consumer?.release(block);
  }

  async onRevoked(): Promise<void> {
    this.revocations++;
    if (this.commitOnRevoke) await this.commit();
    this.assigned = [];
    this.positions.clear();
  }

  onAssigned(partitions: AssignedOffset[]): void {
    this.assignments++;
    this.assigned = partitions;
  }

  onError(error: Error): void {
    this.errors.push(error);
  }

  keys(): string[] {
    return this.assigned.map(({ topic, partition }) => `${topic}/${partition}`).sort();
  }

  async commit(): Promise<void> {
    const offsets = [...this.positions].map(([key, offset]) => {
      const [topic, partition] = key.split('/') as [string, string];
      return { topic, partition: Number(partition), offset };
    });
    await this.consumer!.commit(offsets);
  }
}
