import {
  type AuditMinute,
  type AuditTopic,
  compareCounts,
  MINUTE_MS,
  minuteOfMs,
  type PublishedCounts,
  readPublishedCounts,
  readTopicMinutes,
} from '@hercules/audit';
import type { MetadataRegistry } from '@hercules/metadata';
import type { BatchingProducer, KafkaAdmin, PartitionReader } from '@hercules/kafka';

export interface AuditQuestion {
  readonly stream: string;
  /** Minutes of arrival, since 1970; the end does not belong to them. */
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly lateAfterMinutes: number;
}

export interface AuditAnswer {
  readonly minutes: readonly AuditMinute[];
  readonly published: PublishedCounts;
}

export interface AuditorParts {
  readonly partitions: PartitionReader;
  readonly admin: Pick<KafkaAdmin, 'committedOffsets'>;
  readonly producer: Pick<BatchingProducer, 'prepareTopic'>;
  readonly registry: Pick<MetadataRegistry, 'stream'>;
  readonly topic: AuditTopic;
  /** How long after the end of a minute its counts may come. */
  readonly openMs: number;
}

/** Compares what gateways, topic and sinks know of a stream. */
export class Auditor {
  readonly #parts: AuditorParts;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** @throws HerculesError KAFKA_UNAVAILABLE, STREAM_NOT_FOUND when there is no topic of the stream */
  async audit({ stream, fromMinute, toMinute, lateAfterMinutes }: AuditQuestion, signal: AbortSignal): Promise<AuditAnswer> {
    const { partitions, admin, producer, registry, topic, openMs } = this.#parts;
    const partitionCount = await producer.prepareTopic(stream);
    await topic.ensure();
    // A minute more at both ends: events may have moved from one to the next.
    const [from, to] = [fromMinute - 1, toMinute + 1];
    // The order matters: what is committed later than it was counted would look as if it were not counted, not the other way round.
    const minutes = await readTopicMinutes(partitions, stream, partitionCount, from, to);
    const auditPartitions = await producer.prepareTopic(topic.name);
    const window = { fromMinute: from, toMinute: to };
    const seen = await readPublishedCounts(partitions, topic.name, auditPartitions, stream, window, signal);
    const committed = new Map<string, readonly number[]>();
    for (const group of seen.groups.keys()) committed.set(group, await admin.committedOffsets(group, stream, partitionCount));
    const now = Date.now();
    const entry = registry.stream(stream);
    const compared = compareCounts({
      ...window,
      openFromMinute: minuteOfMs(now - openMs - MINUTE_MS) + 1,
      lateAfterMinutes,
      keptFromMinute: entry === undefined ? Infinity : minuteOfMs(now - entry.ttl) + 1,
      hasGateways: entry?.type !== 'derived',
      published: seen,
      topic: minutes,
      committed,
    });
    return { minutes: compared.slice(1, -1), published: seen };
  }
}
