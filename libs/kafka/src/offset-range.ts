import type { PartitionReader } from './partition-reader.ts';

/** Offsets of a partition, the end exclusive. */
export interface OffsetRange {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The offsets that hold what arrived in [from, to), in every partition, as they are now. The time of arrival is the record's timestamp, in ms since 1970.
 * @returns the ranges in the order of the partitions
 * @throws HerculesError KAFKA_UNAVAILABLE, STREAM_NOT_FOUND
 */
export async function findOffsetRanges(
  reader: Pick<PartitionReader, 'offsets'>,
  topic: string,
  partitionCount: number,
  from: number | 'earliest',
  to: number | 'latest',
): Promise<OffsetRange[]> {
  const partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
  // The end first: with the beginning first, what retention removes in between could make a range that ends before it begins.
  const ends = new Map((await reader.offsets(topic, partitions, to)).map(({ partition, offset }) => [partition, offset]));
  const starts = await reader.offsets(topic, partitions, from);
  return starts
    .map(({ partition, offset }) => ({ partition, start: offset, end: Math.max(offset, ends.get(partition) ?? offset) }))
    .sort((a, b) => a.partition - b.partition);
}
