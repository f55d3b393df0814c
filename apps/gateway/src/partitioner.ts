import { HPath, kafkaPartition, ShardingKey } from '@hercules/protocol';

/** Where the uuid, which is the key of the record, stands in an event (protocol §3). */
export const UUID_START = 9;
export const UUID_END = 25;

/** Chooses the partition of an event. */
export interface Partitioner {
  /** The partition, 0 to `partitions` − 1, of the checked event at [start, end); `partitions` is what the topic really has. */
  partition(buf: Buffer, start: number, end: number, partitions: number): number;
}

export type DefaultPartitionerType = 'kafka-default' | 'random' | 'round-robin' | 'batched';

/**
 * For streams with a sharding key: the hash of the values at its paths over the partitions that the metadata names (model §5.2). If the topic
 * has fewer partitions than the metadata says, the topic wins, because a record for a missing partition could never be delivered.
 */
export class ShardingPartitioner implements Partitioner {
  readonly #key: ShardingKey;
  readonly #partitions: number;

  constructor(paths: readonly string[], partitions: number) {
    this.#key = new ShardingKey(paths.map((path) => HPath.parse(path)));
    this.#partitions = partitions;
  }

  partition(buf: Buffer, start: number, end: number, partitions: number): number {
    return this.#key.partition(buf, start, end, Math.min(this.#partitions, partitions));
  }
}

/** What Kafka's own producers do: murmur2 of the record's key. Equal events, and so retries, land in one partition. */
class KafkaDefaultPartitioner implements Partitioner {
  partition(buf: Buffer, start: number, _end: number, partitions: number): number {
    return kafkaPartition(buf, start + UUID_START, start + UUID_END, partitions);
  }
}

class RandomPartitioner implements Partitioner {
  partition(_buf: Buffer, _start: number, _end: number, partitions: number): number {
    return Math.floor(Math.random() * partitions);
  }
}

/** The next partition after every `batchSize` events; with 1 this is a round robin. The start is random so that gateways do not march in step. */
class RotatingPartitioner implements Partitioner {
  readonly #batchSize: number;
  #turn = Math.floor(Math.random() * 0x1_0000_0000);
  #left: number;

  constructor(batchSize: number) {
    this.#batchSize = batchSize;
    this.#left = batchSize;
  }

  partition(_buf: Buffer, _start: number, _end: number, partitions: number): number {
    if (this.#left === 0) {
      this.#left = this.#batchSize;
      this.#turn = (this.#turn + 1) >>> 0;
    }
    this.#left--;
    return this.#turn % partitions;
  }
}

/** The partitioner of streams without a sharding key (model §5.2). One serves all streams of the process. */
export function createDefaultPartitioner(type: DefaultPartitionerType, batchSize: number): Partitioner {
  switch (type) {
    case 'kafka-default':
      return new KafkaDefaultPartitioner();
    case 'random':
      return new RandomPartitioner();
    case 'round-robin':
      return new RotatingPartitioner(1);
    case 'batched':
      return new RotatingPartitioner(batchSize);
  }
}
