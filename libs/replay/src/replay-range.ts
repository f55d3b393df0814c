import type { KafkaCluster, PartitionReader } from '@hercules/kafka';
import { HerculesError } from '@hercules/protocol';
import type { PartitionRange } from './replay-progress.ts';

/**
 * The offsets that hold what arrived in [fromMs, toMs), in every partition, as they are now. The time of arrival is the record's timestamp, given by the
 * clock of the gateway that took the event.
 * @throws HerculesError STREAM_NOT_FOUND, KAFKA_UNAVAILABLE
 */
export async function findRanges(
  cluster: Pick<KafkaCluster, 'refreshMetadata' | 'partitionCount'>,
  reader: Pick<PartitionReader, 'offsets'>,
  stream: string,
  fromMs: number,
  toMs: number,
): Promise<PartitionRange[]> {
  await cluster.refreshMetadata();
  const count = cluster.partitionCount(stream);
  if (count === 0) throw new HerculesError('STREAM_NOT_FOUND', `Kafka has no topic ${stream}`);
  const partitions = Array.from({ length: count }, (_, partition) => partition);
  // The end first: with the beginning first, what retention removes in between could make a range that ends before it begins.
  const ends = new Map((await reader.offsets(stream, partitions, toMs)).map(({ partition, offset }) => [partition, offset]));
  const starts = await reader.offsets(stream, partitions, fromMs);
  return starts
    .map(({ partition, offset }) => {
      const end = Math.max(offset, ends.get(partition) ?? offset);
      return { partition, start: offset, next: offset, end };
    })
    .sort((a, b) => a.partition - b.partition);
}
