import { findRanges } from './replay-range.ts';

const clusterOf = (partitions: number) => ({ refreshMetadata: () => Promise.resolve(), partitionCount: () => partitions });
/** In which the offset of a time is that time. */
const reader = {
  offsets: (_topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number) =>
    Promise.resolve(partitions.map((partition) => ({ partition, offset: point as number }))),
};

describe('findRanges', () => {
  it('has read nothing of any partition', async () => {
    expect(await findRanges(clusterOf(2), reader, 'logs', 10, 30)).toEqual([
      { partition: 0, start: 10, next: 10, end: 30 },
      { partition: 1, start: 10, next: 10, end: 30 },
    ]);
  });

  it('says that there is no such topic', async () => {
    await expect(findRanges(clusterOf(0), reader, 'logs', 10, 30)).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      message: 'Kafka has no topic logs',
    });
  });
});
