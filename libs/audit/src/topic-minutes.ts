import type { PartitionReader } from '@hercules/kafka';
import { MINUTE_MS } from './minutes.ts';

/** Offsets at which minutes begin in one partition. */
export interface PartitionMinutes {
  readonly partition: number;
  /** `bounds[i]` is the first offset of the window's minute i; the last one is the end of the window. */
  readonly bounds: readonly number[];
  /** First offset that is kept; what lies before has been deleted. */
  readonly earliest: number;
}

/** Requests under way at once. */
const PARALLEL = 16;

/**
 * How many records of a topic arrived in each minute of [fromMinute, toMinute), by the offsets that Kafka finds for the beginnings of the minutes: nobody has to
 * count for that.
 * @throws HerculesError KAFKA_UNAVAILABLE, STREAM_NOT_FOUND
 */
export async function readTopicMinutes(
  reader: Pick<PartitionReader, 'offsets'>,
  topic: string,
  partitionCount: number,
  fromMinute: number,
  toMinute: number,
): Promise<PartitionMinutes[]> {
  const all = Array.from({ length: partitionCount }, (_, partition) => partition);
  const bounds: Map<number, number>[] = [];
  for (let first = fromMinute; first <= toMinute; first += PARALLEL) {
    const minutes = Array.from({ length: Math.min(PARALLEL, toMinute - first + 1) }, (_, i) => first + i);
    bounds.push(
      ...(await Promise.all(minutes.map(async (minute) => offsetsByPartition(await reader.offsets(topic, all, minute * MINUTE_MS))))),
    );
  }
  // Last, so that what retention removes meanwhile shows as removed, and not as missing.
  const earliest = offsetsByPartition(await reader.offsets(topic, all, 'earliest'));
  return all.map((partition) => {
    let highest = 0;
    // Asked one after the other while records come, so a later bound could lie below an earlier one.
    const ordered = bounds.map((offsets) => (highest = Math.max(highest, offsets.get(partition)!)));
    return { partition, bounds: ordered, earliest: earliest.get(partition)! };
  });
}

function offsetsByPartition(positions: readonly { partition: number; offset: number }[]): Map<number, number> {
  return new Map(positions.map(({ partition, offset }) => [partition, offset]));
}
