import { findOffsetRanges, type KafkaCluster, type PartitionReader } from '@hercules/kafka';
import { HerculesError } from '@hercules/protocol';
import type { PartitionRange } from './replay-progress.ts';

/**
 * The offsets that hold what arrived in [fromMs, toMs), in every partition that the stream has now, with nothing of them read. The time of arrival is given
 * by the clock of the gateway that took the event.
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
  const found = await findOffsetRanges(reader, stream, count, fromMs, toMs);
  return found.map(({ partition, start, end }) => ({ partition, start, next: start, end }));
}
