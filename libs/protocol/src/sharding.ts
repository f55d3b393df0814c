import { HerculesError } from './errors.ts';
import { TICKS_PER_MS } from './ticks.ts';

/**
 * Partitions of reader `shardIndex` of `shardCount` logical readers: those whose number leaves that remainder (apis §5).
 * @throws HerculesError INVALID_ARGUMENT unless 0 ≤ shardIndex < shardCount
 */
export function logicalShard(partitions: number, shardIndex: number, shardCount: number): number[] {
  if (!(shardIndex >= 0 && shardIndex < shardCount)) {
    throw new HerculesError('INVALID_ARGUMENT', `expected 0 ≤ shardIndex < shardCount, but they are ${shardIndex} and ${shardCount}`);
  }
  const shard: number[] = [];
  for (let partition = shardIndex; partition < partitions; partition += shardCount) shard.push(partition);
  return shard;
}

/**
 * Start of the bucket of a timeline that an event belongs to, in ms since 1970-01-01T00:00:00Z (model §2).
 * @param ticks the event's timestamp in 100-ns ticks
 * @param timetrapSizeMs width of a bucket
 */
export function timetrapOffset(ticks: bigint, timetrapSizeMs: number): number {
  const timestampMs = Number(ticks / TICKS_PER_MS);
  return Math.floor(timestampMs / timetrapSizeMs) * timetrapSizeMs;
}
