import { type BatchingProducer, KafkaAdmin, type KafkaCluster } from '@hercules/kafka';
import { type Logger, murmur2 } from '@hercules/protocol';
import type { AuditConfig } from './config.ts';

/** Compaction takes a segment only when it is closed: so it keeps at most an hour's superseded counts. */
const SEGMENT_MS = 60 * 60 * 1000;

/** The topic of the counts, which whoever comes first creates. */
export class AuditTopic {
  readonly name: string;
  readonly #config: AuditConfig;
  readonly #admin: KafkaAdmin;
  readonly #producer: Pick<BatchingProducer, 'partitionCount' | 'prepareTopic'>;
  readonly #logger: Logger;
  #isThere = false;

  constructor(
    cluster: KafkaCluster,
    producer: Pick<BatchingProducer, 'partitionCount' | 'prepareTopic'>,
    config: AuditConfig,
    logger: Logger,
  ) {
    this.name = config.topic;
    this.#config = config;
    this.#admin = new KafkaAdmin(cluster);
    this.#producer = producer;
    this.#logger = logger;
  }

  /** @throws HerculesError KAFKA_UNAVAILABLE, INVALID_ARGUMENT when Kafka refuses */
  async ensure(): Promise<void> {
    if (this.#isThere) return;
    const { partitions, replicationFactor, retentionMs } = this.#config;
    const configs = { 'cleanup.policy': 'compact,delete', 'retention.ms': String(retentionMs), 'segment.ms': String(SEGMENT_MS) };
    if (await this.#admin.createTopic({ topic: this.name, partitions, replicationFactor, configs }))
      this.#logger.info({ topic: this.name, partitions, retentionMs }, 'created the topic of the delivery audit');
    await this.#producer.prepareTopic(this.name);
    this.#isThere = true;
  }

  /** To be called when nothing can be written: somebody may have deleted the topic. */
  forget(): void {
    this.#isThere = false;
  }

  /** All counts of a stream stand in one partition, so whoever asks about a stream reads no others. */
  partitionOf(stream: string): number {
    return auditPartition(stream, this.#producer.partitionCount(this.name));
  }
}

export function auditPartition(stream: string, partitions: number): number {
  return (murmur2(Buffer.from(stream)) & 0x7fff_ffff) % Math.max(1, partitions);
}
