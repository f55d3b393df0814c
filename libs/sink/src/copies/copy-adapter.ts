import { type BatchingProducer, Delivery, type RecordBlock } from '@hercules/kafka';
import { HerculesError } from '@hercules/protocol';
import { BatchRefused, type SinkAdapter, type WriteReport } from '../adapter.ts';
import { requireEvent } from '../event-record.ts';
import { CopyBatch } from './copy-batch.ts';
import { RecordPartitioner } from './record-partitioner.ts';

const ALL_WRITTEN: WriteReport = { failures: [], duplicated: 0 };
/** How long a write waits for room in the producer before it looks whether it is still wanted. */
const ROOM_WAIT_MS = 1000;

/** A stream that takes copies. */
export interface CopyTarget {
  readonly name: string;
  readonly shardingKey: readonly string[];
}

/** The partitions of a stream as the metadata have them now; they may become more. */
export type FindPartitions = (stream: string) => number | undefined;

/** The place among the targets of the one that takes the event at [start, end); negative when a filter drops it. */
export type CopyRoute = (buffer: Buffer, start: number, end: number) => number;

export interface CopyAdapterParts {
  readonly producer: Pick<BatchingProducer, 'prepareTopic' | 'partitionCount' | 'waitForRoom' | 'append'>;
  readonly targets: readonly CopyTarget[];
  readonly findPartitions: FindPartitions;
  readonly route: CopyRoute;
  /** Whether copies keep the time of arrival of their originals, or arrive when they are copied. */
  readonly keepsTime: boolean;
}

/** Copies events into other streams: the same bytes under the same key, placed as the gateway places them. */
export class CopyAdapter implements SinkAdapter<CopyBatch> {
  readonly #parts: CopyAdapterParts;
  readonly #partitioners: readonly RecordPartitioner[];

  constructor(parts: CopyAdapterParts) {
    this.#parts = parts;
    this.#partitioners = parts.targets.map(({ shardingKey }) => new RecordPartitioner(shardingKey));
  }

  async prepare(): Promise<void> {
    for (const { name } of this.#parts.targets) await this.#parts.producer.prepareTopic(name);
  }

  createBatch(): CopyBatch {
    return new CopyBatch();
  }

  resetBatch(batch: CopyBatch): void {
    batch.reset();
  }

  batchBytes({ bytes }: CopyBatch): number {
    return bytes;
  }

  add(batch: CopyBatch, block: RecordBlock, index: number): boolean {
    requireEvent(block, index);
    const target = this.#parts.route(block.buffer, block.valueStarts[index]!, block.valueEnds[index]!);
    if (target < 0) return false;
    batch.push(block, index, target, this.#partitioners[target]!.partition(block, index, this.#partitionsOf(target)));
    return true;
  }

  async write(batch: CopyBatch, signal: AbortSignal): Promise<WriteReport> {
    while (!(await this.#parts.producer.waitForRoom(batch.bytes, ROOM_WAIT_MS))) signal.throwIfAborted();
    const delivery = new Delivery();
    const now = Date.now();
    for (let i = 0; i < batch.size; i++) this.#append(batch, i, now, delivery);
    delivery.seal();
    try {
      await delivery.promise;
    } catch (error) {
      // Halving finds the one record that is larger than its target allows.
      if (error instanceof HerculesError && error.code === 'PAYLOAD_TOO_LARGE') throw new BatchRefused('record_too_large', error.message);
      throw error;
    }
    return ALL_WRITTEN;
  }

  #append({ blocks, indexes, targets, partitions }: CopyBatch, i: number, now: number, delivery: Delivery): void {
    const { buffer, keyStarts, keyEnds, valueStarts, valueEnds, timestamps } = blocks[i]!;
    const index = indexes[i]!;
    this.#parts.producer.append(
      this.#parts.targets[targets[i]!]!.name,
      partitions[i]!,
      buffer,
      keyStarts[index]!,
      keyEnds[index]!,
      buffer,
      valueStarts[index]!,
      valueEnds[index]!,
      this.#parts.keepsTime ? timestamps[index]! : now,
      delivery,
    );
  }

  /** Those of the metadata, as the gateway does; never more than Kafka has. */
  #partitionsOf(target: number): number {
    const { producer, targets, findPartitions } = this.#parts;
    const { name } = targets[target]!;
    const inKafka = producer.partitionCount(name);
    return Math.min(inKafka, findPartitions(name) ?? inKafka);
  }
}
