import { ASSIGNORS, encodeSubscription, GROUP_PROTOCOL_TYPE } from './group-assignment.ts';
import type { TopicPartition } from './record-block.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/*
 * The group coordinator's requests, in the newest versions that have neither static membership nor flexible fields; Kafka 2.2 … 4.x
 * understand them. Each pair is `encode…` (the body after the request header) and `decode…` (the body after the response header).
 */
export const JOIN_GROUP_API = { apiKey: 11, apiVersion: 4, apiName: 'JoinGroup' } as const;
export const HEARTBEAT_API = { apiKey: 12, apiVersion: 2, apiName: 'Heartbeat' } as const;
export const LEAVE_GROUP_API = { apiKey: 13, apiVersion: 2, apiName: 'LeaveGroup' } as const;
export const SYNC_GROUP_API = { apiKey: 14, apiVersion: 2, apiName: 'SyncGroup' } as const;
export const OFFSET_COMMIT_API = { apiKey: 8, apiVersion: 6, apiName: 'OffsetCommit' } as const;
export const OFFSET_FETCH_API = { apiKey: 9, apiVersion: 5, apiName: 'OffsetFetch' } as const;
export const LIST_OFFSETS_API = { apiKey: 2, apiVersion: 4, apiName: 'ListOffsets' } as const;

/** A member of one generation of a group: what the coordinator checks on every request. */
export interface MemberGeneration {
  memberId: string;
  generation: number;
}

export interface PartitionOffset extends TopicPartition {
  offset: number;
  /** What the committer wants to know again together with the offset; '' when absent. Brokers take up to 4096 bytes (offset.metadata.max.bytes). */
  metadata?: string;
}

export interface PartitionOffsetResult extends PartitionOffset {
  errorCode: number;
}

export interface JoinGroupResponse {
  errorCode: number;
  generation: number;
  protocol: string;
  leaderId: string;
  memberId: string;
  /** Filled for the leader only. */
  members: { memberId: string; metadata: Buffer }[];
}

/** JoinGroup v4: group, session timeout, rebalance timeout, member id ('' at first), protocol type, protocols [name, metadata]. */
export function encodeJoinGroup(
  groupId: string,
  sessionTimeoutMs: number,
  rebalanceTimeoutMs: number,
  memberId: string,
  topics: readonly string[],
): Buffer {
  const metadata = encodeSubscription(topics);
  return new WireWriter()
    .string(groupId)
    .int32(sessionTimeoutMs)
    .int32(rebalanceTimeoutMs)
    .string(memberId)
    .string(GROUP_PROTOCOL_TYPE)
    .array(ASSIGNORS, (writer, name) => writer.string(name).sizedBytes(metadata))
    .bytes();
}

export function decodeJoinGroup(bytes: Buffer): JoinGroupResponse {
  const reader = new WireReader(bytes, 4);
  return {
    errorCode: reader.int16(),
    generation: reader.int32(),
    protocol: reader.string(),
    leaderId: reader.string(),
    memberId: reader.string(),
    members: reader.array((r) => ({ memberId: r.string(), metadata: r.sizedBytes() })),
  };
}

/** SyncGroup v2: the leader sends everyone's assignment, the others none. */
export function encodeSyncGroup(groupId: string, member: MemberGeneration, assignments: ReadonlyMap<string, Buffer>): Buffer {
  return new WireWriter()
    .string(groupId)
    .int32(member.generation)
    .string(member.memberId)
    .array([...assignments], (writer, [memberId, assignment]) => writer.string(memberId).sizedBytes(assignment))
    .bytes();
}

export function decodeSyncGroup(bytes: Buffer): { errorCode: number; assignment: Buffer } {
  const reader = new WireReader(bytes, 4);
  return { errorCode: reader.int16(), assignment: reader.sizedBytes() };
}

export function encodeHeartbeat(groupId: string, member: MemberGeneration): Buffer {
  return new WireWriter().string(groupId).int32(member.generation).string(member.memberId).bytes();
}

export function encodeLeaveGroup(groupId: string, memberId: string): Buffer {
  return new WireWriter().string(groupId).string(memberId).bytes();
}

/** Heartbeat and LeaveGroup answer with the error code alone. */
export function decodeErrorCode(bytes: Buffer): number {
  return new WireReader(bytes, 4).int16();
}

/** OffsetCommit v6: group, generation, member, topics [name, partitions [id, offset, leader epoch −1, metadata]]. */
export function encodeOffsetCommit(groupId: string, member: MemberGeneration, offsets: readonly PartitionOffset[]): Buffer {
  return new WireWriter()
    .string(groupId)
    .int32(member.generation)
    .string(member.memberId)
    .array([...groupByTopic(offsets)], (writer, [topic, partitions]) =>
      writer.string(topic).array(partitions, (out, { partition, offset, metadata }) =>
        out
          .int32(partition)
          .int64(offset)
          .int32(-1)
          .string(metadata ?? ''),
      ),
    )
    .bytes();
}

export function decodeOffsetCommit(bytes: Buffer): (TopicPartition & { errorCode: number })[] {
  return new WireReader(bytes, 4)
    .array((r) => ({ topic: r.string(), partitions: r.array((p) => ({ partition: p.int32(), errorCode: p.int16() })) }))
    .flatMap(({ topic, partitions }) => partitions.map((result) => ({ topic, ...result })));
}

/** OffsetFetch v5: group, topics [name, partitions [id]]. */
export function encodeOffsetFetch(groupId: string, partitions: readonly TopicPartition[]): Buffer {
  return new WireWriter()
    .string(groupId)
    .array([...groupByTopic(partitions)], (writer, [topic, list]) =>
      writer.string(topic).array(list, (out, { partition }) => out.int32(partition)),
    )
    .bytes();
}

/** Committed offsets; −1 = none. The error code at the top is the group's. */
export function decodeOffsetFetch(bytes: Buffer): { errorCode: number; offsets: PartitionOffsetResult[] } {
  const reader = new WireReader(bytes, 4);
  const offsets = reader
    .array((r) => ({
      topic: r.string(),
      partitions: r.array((p) => {
        const partition = p.int32();
        const offset = p.int64();
        p.int32(); // leader epoch
        const metadata = p.nullableString() ?? '';
        return { partition, offset, metadata, errorCode: p.int16() };
      }),
    }))
    .flatMap(({ topic, partitions }) => partitions.map((result) => ({ topic, ...result })));
  return { errorCode: reader.int16(), offsets };
}

/** Timestamps with a meaning of their own in ListOffsets. */
export const LATEST_OFFSET = -1;
export const EARLIEST_OFFSET = -2;

/** ListOffsets v4: replica −1, isolation level 0, topics [name, partitions [id, leader epoch −1, timestamp]]. */
export function encodeListOffsets(partitions: readonly TopicPartition[], timestamp: number): Buffer {
  return new WireWriter()
    .int32(-1)
    .int8(0)
    .array([...groupByTopic(partitions)], (writer, [topic, list]) =>
      writer.string(topic).array(list, (out, { partition }) => out.int32(partition).int32(-1).int64(timestamp)),
    )
    .bytes();
}

export function decodeListOffsets(bytes: Buffer): PartitionOffsetResult[] {
  return new WireReader(bytes, 4)
    .array((r) => ({
      topic: r.string(),
      partitions: r.array((p) => {
        const partition = p.int32();
        const errorCode = p.int16();
        p.int64(); // timestamp
        const offset = p.int64();
        p.int32(); // leader epoch
        return { partition, offset, errorCode };
      }),
    }))
    .flatMap(({ topic, partitions }) => partitions.map((result) => ({ topic, ...result })));
}

function groupByTopic<T extends TopicPartition>(items: readonly T[]): Map<string, T[]> {
  return Map.groupBy(items, ({ topic }) => topic);
}
