import { KafkaAdmin } from './admin.ts';
import type { KafkaCluster } from './cluster.ts';

const COORDINATOR_LOAD_IN_PROGRESS = 14;

/** A cluster whose coordinators give this answer to a question for offsets. */
function clusterOf(answer: object): KafkaCluster {
  const logger = { debug: () => undefined };
  return { logger, findCoordinator: () => Promise.resolve(1), request: () => Promise.resolve(answer) } as unknown as KafkaCluster;
}

describe('committedOffsets', () => {
  it('says that Kafka is not available while the coordinator has just moved, be it for the group or a partition', async () => {
    const errorCode = COORDINATOR_LOAD_IN_PROGRESS;
    const ofPartition = { errorCode: 0, offsets: [{ topic: 'logs', partition: 0, offset: -1, errorCode }] };
    for (const answer of [{ errorCode, offsets: [] }, ofPartition])
      await expect(new KafkaAdmin(clusterOf(answer)).committedOffsets('g', 'logs', 1)).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
  });

  it('is -1 where nothing is committed', async () => {
    const answer = { errorCode: 0, offsets: [{ topic: 'logs', partition: 1, offset: 7, errorCode: 0 }] };
    expect(await new KafkaAdmin(clusterOf(answer)).committedOffsets('g', 'logs', 2)).toEqual([-1, 7]);
  });
});
