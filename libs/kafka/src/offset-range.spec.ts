import { findOffsetRanges } from './offset-range.ts';
import type { ReadPosition } from './partition-reader.ts';

/** A topic in which the offset of a time is that time, less what retention has taken. */
const readerOf = (earliest: readonly number[]) => ({
  offsets: (_topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number): Promise<ReadPosition[]> =>
    Promise.resolve([...partitions].reverse().map((partition) => ({ partition, offset: Math.max(point as number, earliest[partition]!) }))),
});

describe('findOffsetRanges', () => {
  it('finds a range for each partition, in their order', async () => {
    expect(await findOffsetRanges(readerOf([0, 20]), 'logs', 2, 10, 30)).toEqual([
      { partition: 0, start: 10, end: 30 },
      { partition: 1, start: 20, end: 30 },
    ]);
  });

  it('is empty where retention has taken all of it', async () => {
    expect(await findOffsetRanges(readerOf([50]), 'logs', 1, 10, 30)).toEqual([{ partition: 0, start: 50, end: 50 }]);
  });
});
