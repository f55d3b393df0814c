import type { ReadPosition } from '@hercules/kafka';
import { findRanges } from './replay-range.ts';

/** A stream of two partitions in which the offset of a time is that time, less what retention has taken. */
const clusterOf = (partitions: number) => ({ refreshMetadata: () => Promise.resolve(), partitionCount: () => partitions });
const readerOf = (earliest: readonly number[]) => ({
  offsets: (_topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number): Promise<ReadPosition[]> =>
    Promise.resolve([...partitions].reverse().map((partition) => ({ partition, offset: Math.max(point as number, earliest[partition]!) }))),
});

describe('findRanges', () => {
  it('finds a range for each partition, in their order', async () => {
    expect(await findRanges(clusterOf(2), readerOf([0, 20]), 'logs', 10, 30)).toEqual([
      { partition: 0, start: 10, next: 10, end: 30 },
      { partition: 1, start: 20, next: 20, end: 30 },
    ]);
  });

  it('is empty where retention has taken all of it', async () => {
    expect(await findRanges(clusterOf(1), readerOf([50]), 'logs', 10, 30)).toEqual([{ partition: 0, start: 50, next: 50, end: 50 }]);
  });

  it('says that there is no such topic', async () => {
    await expect(findRanges(clusterOf(0), readerOf([]), 'logs', 10, 30)).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      message: 'Kafka has no topic logs',
    });
  });
});
