import { BROKER_ERROR } from './broker-error-codes.ts';
import type { ClusterAccess } from './cluster-access.ts';
import {
  decodeListOffsets,
  EARLIEST_OFFSET,
  encodeListOffsets,
  LATEST_OFFSET,
  LIST_OFFSETS_API,
  type PartitionOffsetResult,
} from './group-requests.ts';
import type { TopicPartition } from './record-block.ts';
import type { StartPoint } from './assigned-partition.ts';

/**
 * Offsets of the beginning or the end of partitions, or of the first record that is not older than a time (ms since 1970; -1 when all are), asked of
 * their leaders, one request a broker.
 * Partitions whose leader is unknown or does not answer come back with an error code; nothing is thrown.
 */
export async function listOffsets(
  cluster: ClusterAccess,
  partitions: readonly TopicPartition[],
  point: StartPoint | number,
): Promise<PartitionOffsetResult[]> {
  const byLeader = Map.groupBy(partitions, ({ topic, partition }) => cluster.leaderOf(topic, partition));
  const answers = await Promise.all(
    [...byLeader].map(async ([nodeId, list]) => {
      if (nodeId < 0) return failed(list, BROKER_ERROR.LEADER_NOT_AVAILABLE);
      const body = encodeListOffsets(list, typeof point === 'number' ? point : point === 'earliest' ? EARLIEST_OFFSET : LATEST_OFFSET);
      try {
        return await cluster.request(nodeId, LIST_OFFSETS_API, body, decodeListOffsets);
      } catch {
        return failed(list, BROKER_ERROR.NETWORK_EXCEPTION);
      }
    }),
  );
  return answers.flat();
}

function failed(partitions: readonly TopicPartition[], errorCode: number): PartitionOffsetResult[] {
  return partitions.map(({ topic, partition }) => ({ topic, partition, offset: -1, errorCode }));
}
