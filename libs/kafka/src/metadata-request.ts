import type { RequestApi } from './cluster-access.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Metadata v5: Kafka 1.0 … 4.x. */
export const METADATA_API = { apiKey: 3, apiVersion: 5, apiName: 'Metadata' } as const satisfies RequestApi;

export interface PartitionMetadata {
  partitionErrorCode: number;
  partitionId: number;
  /** Node id; −1 = none now. */
  leader: number;
  replicas: number[];
  isr: number[];
}

export interface TopicMetadata {
  topicErrorCode: number;
  topic: string;
  partitionMetadata: PartitionMetadata[];
}

export interface ClusterMetadata {
  brokers: { nodeId: number; host: string; port: number; rack: string | null }[];
  controllerId: number;
  topicMetadata: TopicMetadata[];
}

/** Metadata request v5: topics (null = all), allow_auto_topic_creation. */
export function encodeMetadata(topics: readonly string[]): Buffer {
  const writer = new WireWriter();
  if (topics.length === 0) writer.int32(-1);
  else writer.array(topics, (out, topic) => out.string(topic));
  return writer.int8(0).bytes();
}

/**
 * Metadata response v5. Errors of single topics and partitions are left where they stand: a partition without a leader must not hide what is
 * known of all the others.
 */
export function decodeMetadata(response: Buffer): ClusterMetadata {
  const reader = new WireReader(response, 4);
  const brokers = reader.array((r) => ({ nodeId: r.int32(), host: r.string(), port: r.int32(), rack: r.nullableString() }));
  reader.nullableString(); // cluster id
  const controllerId = reader.int32();
  const topicMetadata = reader.array((r) => {
    const topicErrorCode = r.int16();
    const topic = r.string();
    r.int8(); // is internal
    const partitionMetadata = r.array((p) => {
      const partition = {
        partitionErrorCode: p.int16(),
        partitionId: p.int32(),
        leader: p.int32(),
        replicas: p.array((item) => item.int32()),
        isr: p.array((item) => item.int32()),
      };
      p.array((item) => item.int32()); // offline replicas
      return partition;
    });
    return { topicErrorCode, topic, partitionMetadata };
  });
  return { brokers, controllerId, topicMetadata };
}
