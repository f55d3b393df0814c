import { type BatchingProducer, Delivery, type RecordBlock } from '@hercules/kafka';
import { HerculesError, HPath, kafkaPartition, ShardingKey } from '@hercules/protocol';
import { BatchRefused, requireEvent, type SinkAdapter, type WriteReport } from '@hercules/sink';

const ALL_WRITTEN: WriteReport = { failures: [], duplicated: 0 };
/** Where the uuid stands in an event; it is the key that the gateway gives its record (model §6). */
const UUID_START = 9;
const UUID_END = 25;
const ROOM_WAIT_MS = 1000;

export interface TargetStream {
  readonly name: string;
  readonly partitions: number;
  readonly shardingKey: readonly string[];
}

/** Records on their way to another stream. */
export class CopyBatch {
  readonly blocks: RecordBlock[] = [];
  readonly indexes: number[] = [];
  readonly partitions: number[] = [];
  bytes = 0;

  reset(): void {
    this.blocks.length = 0;
    this.indexes.length = 0;
    this.partitions.length = 0;
    this.bytes = 0;
  }
}

/**
 * Copies events to another stream: the same bytes under the same key, placed as the gateway places them. Their time of arrival is that of the copy,
 * because a stream keeps events from their arrival on.
 */
export class StreamAdapter implements SinkAdapter<CopyBatch> {
  readonly #producer: Pick<BatchingProducer, 'prepareTopic' | 'waitForRoom' | 'append'>;
  readonly #target: TargetStream;
  readonly #shardingKey: ShardingKey | undefined;

  constructor(producer: Pick<BatchingProducer, 'prepareTopic' | 'waitForRoom' | 'append'>, target: TargetStream) {
    this.#producer = producer;
    this.#target = target;
    const { shardingKey } = target;
    this.#shardingKey = shardingKey.length === 0 ? undefined : new ShardingKey(shardingKey.map((path) => HPath.parse(path)));
  }

  async prepare(): Promise<void> {
    await this.#producer.prepareTopic(this.#target.name);
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
    const start = block.valueStarts[index]!;
    const end = block.valueEnds[index]!;
    batch.blocks.push(block);
    batch.indexes.push(index);
    batch.partitions.push(this.#partition(block, index));
    batch.bytes += end - start;
    return true;
  }

  async write(batch: CopyBatch, signal: AbortSignal): Promise<WriteReport> {
    while (!(await this.#producer.waitForRoom(batch.bytes, ROOM_WAIT_MS))) signal.throwIfAborted();
    const delivery = new Delivery();
    const now = Date.now();
    for (let i = 0; i < batch.blocks.length; i++) {
      const { buffer, keyStarts, keyEnds, valueStarts, valueEnds } = batch.blocks[i]!;
      const index = batch.indexes[i]!;
      this.#producer.append(
        this.#target.name,
        batch.partitions[i]!,
        buffer,
        keyStarts[index]!,
        keyEnds[index]!,
        buffer,
        valueStarts[index]!,
        valueEnds[index]!,
        now,
        delivery,
      );
    }
    delivery.seal();
    try {
      await delivery.promise;
    } catch (error) {
      // Halving finds the one record that is larger than the other topic allows.
      if (error instanceof HerculesError && error.code === 'PAYLOAD_TOO_LARGE') throw new BatchRefused('record_too_large', error.message);
      throw error;
    }
    return ALL_WRITTEN;
  }

  /** As the gateway: by the sharding key, or by the record's key as any producer of Kafka. */
  #partition({ buffer, keyStarts, keyEnds, valueStarts, valueEnds }: RecordBlock, index: number): number {
    const { partitions } = this.#target;
    const start = valueStarts[index]!;
    if (this.#shardingKey !== undefined) return this.#shardingKey.partition(buffer, start, valueEnds[index]!, partitions);
    if (keyStarts[index]! >= 0) return kafkaPartition(buffer, keyStarts[index]!, keyEnds[index]!, partitions);
    return kafkaPartition(buffer, start + UUID_START, start + UUID_END, partitions);
  }
}
