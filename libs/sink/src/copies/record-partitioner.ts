import type { RecordBlock } from '@hercules/kafka';
import { HPath, kafkaPartition, ShardingKey, UUID_BYTES } from '@hercules/protocol';

/** Of an event's first bytes: version, timestamp, then uuid (protocol §3). */
const UUID_AT = 9;

/** Chooses the partition of a record that is copied into another stream: by that stream's sharding key, or as any producer of Kafka does by the record's key (model §5.2, sinks §7). */
export class RecordPartitioner {
  readonly #shardingKey: ShardingKey | undefined;

  constructor(shardingKey: readonly string[]) {
    this.#shardingKey = shardingKey.length > 0 ? new ShardingKey(shardingKey.map((path) => HPath.parse(path))) : undefined;
  }

  /** @throws ProtocolError when the sharding key has to be read and the bytes are not those of an event */
  partition({ buffer, keyStarts, keyEnds, valueStarts, valueEnds }: RecordBlock, index: number, partitions: number): number {
    if (partitions <= 1) return 0;
    const start = valueStarts[index]!;
    if (this.#shardingKey) return this.#shardingKey.partition(buffer, start, valueEnds[index]!, partitions);
    if (keyStarts[index]! >= 0) return kafkaPartition(buffer, keyStarts[index]!, keyEnds[index]!, partitions);
    return kafkaPartition(buffer, start + UUID_AT, start + UUID_AT + UUID_BYTES, partitions);
  }
}
