import { type KafkaCluster, KafkaAdmin, PartitionReader } from '@hercules/kafka';

/** One record of a topic, with key and value as they are; empty where there is none. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer;
  readonly value: Buffer;
}

const LIMITS = { maxWaitMs: 500, minBytes: 1, maxBytes: 8_000_000, maxBytesPerPartition: 1_000_000 };

/** All records of a topic from its beginning, partition by partition in their order; read on whenever it is asked. */
export class TopicRecords {
  readonly topic: string;
  readonly #admin: KafkaAdmin;
  readonly #reader: PartitionReader;
  readonly #partitions: TopicRecord[][] = [];
  readonly #positions: number[] = [];

  constructor(cluster: KafkaCluster, topic: string) {
    this.topic = topic;
    this.#admin = new KafkaAdmin(cluster);
    this.#reader = new PartitionReader(cluster, { connections: 1 });
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  /** Reads up to what is the end now. @returns the records of all partitions, one after the other */
  async read(): Promise<readonly TopicRecord[]> {
    const ends = await this.#admin.endOffsets(this.topic);
    for (const [partition, end] of ends.entries()) {
      this.#positions[partition] ??= 0;
      while (this.#positions[partition] < end) await this.#fetch(partition);
    }
    return this.#partitions.flat();
  }

  async #fetch(partition: number): Promise<void> {
    const records = (this.#partitions[partition] ??= []);
    const [fetched] = await this.#reader.fetch(this.topic, [{ partition, offset: this.#positions[partition]! }], LIMITS);
    for (const { buffer, count, offsets, keyStarts, keyEnds, valueStarts, valueEnds, lastOffset } of fetched?.blocks ?? []) {
      for (let i = 0; i < count; i++) {
        const key = copyOf(buffer, keyStarts[i]!, keyEnds[i]!);
        records.push({ partition, offset: offsets[i]!, key, value: copyOf(buffer, valueStarts[i]!, valueEnds[i]!) });
      }
      this.#positions[partition] = lastOffset + 1;
    }
  }
}

/** @param start less than 0 where there is nothing */
function copyOf(buffer: Buffer, start: number, end: number): Buffer {
  return start < 0 ? Buffer.alloc(0) : Buffer.from(buffer.subarray(start, end));
}
