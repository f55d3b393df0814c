import type { TopicPartition } from './record-block.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/*
 * The "consumer" protocol that Java clients and tools share (Kafka source, ConsumerProtocolSubscription.json and
 * ConsumerProtocolAssignment.json), version 0 of each; later versions only append fields:
 *   subscription  version int16, topics [string], userData bytes
 *   assignment    version int16, topics [string, partitions [int32]], userData bytes
 */
export const GROUP_PROTOCOL_TYPE = 'consumer';

/** Assignors in our order of preference: round-robin spreads many topics of few partitions evenly, which range does not. */
export const ASSIGNORS = ['roundrobin', 'range'] as const;
export type Assignor = (typeof ASSIGNORS)[number];

/** A member of the group as the leader sees it. */
export interface GroupMember {
  memberId: string;
  topics: readonly string[];
}

export function encodeSubscription(topics: readonly string[]): Buffer {
  return new WireWriter()
    .int16(0)
    .array(topics, (writer, topic) => writer.string(topic))
    .int32(-1)
    .bytes();
}

/** Topics that a member subscribes to; bytes after the topics belong to later versions and are left alone. */
export function decodeSubscription(bytes: Buffer): string[] {
  const reader = new WireReader(bytes);
  reader.int16();
  return reader.array((r) => r.string());
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const list = byTopic.get(topic);
    if (list === undefined) byTopic.set(topic, [partition]);
    else list.push(partition);
  }
  return new WireWriter()
    .int16(0)
    .array([...byTopic], (writer, [topic, numbers]) => writer.string(topic).array(numbers, (out, number) => out.int32(number)))
    .int32(-1)
    .bytes();
}

/** Partitions of an assignment; no bytes at all mean none. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new WireReader(bytes);
  reader.int16();
  return reader
    .array((r) => ({ topic: r.string(), partitions: r.array((p) => p.int32()) }))
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}

/**
 * Shares out the partitions of all topics that any member subscribes to, as Java's assignors of the same names do.
 * @param partitionCount partitions of a topic; 0 = the topic does not exist
 * @returns the partitions of every member, by member id
 */
export function assignPartitions(
  assignor: Assignor,
  members: readonly GroupMember[],
  partitionCount: (topic: string) => number,
): Map<string, TopicPartition[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const result = new Map<string, TopicPartition[]>(sorted.map(({ memberId }) => [memberId, []]));
  const subscribed = new Map(sorted.map(({ memberId, topics }) => [memberId, new Set(topics)]));
  const topics = [...new Set(sorted.flatMap((member) => member.topics))].sort();
  let turn = 0;
  for (const topic of topics) {
    const count = partitionCount(topic);
    const takers = sorted.filter(({ memberId }) => subscribed.get(memberId)!.has(topic));
    if (assignor === 'range') {
      const share = Math.floor(count / takers.length);
      const extra = count % takers.length;
      let partition = 0;
      takers.forEach(({ memberId }, index) => {
        for (let left = share + (index < extra ? 1 : 0); left > 0; left--) result.get(memberId)!.push({ topic, partition: partition++ });
      });
      continue;
    }
    for (let partition = 0; partition < count; partition++) {
      while (!subscribed.get(sorted[turn % sorted.length]!.memberId)!.has(topic)) turn++;
      result.get(sorted[turn++ % sorted.length]!.memberId)!.push({ topic, partition });
    }
  }
  return result;
}
