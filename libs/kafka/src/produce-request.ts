import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

export const PRODUCE_API = { apiKey: 0, apiVersion: 7, apiName: 'Produce' } as const;
export const INIT_PRODUCER_ID_API = { apiKey: 22, apiVersion: 1, apiName: 'InitProducerId' } as const;

export interface ProducePartition {
  readonly topic: string;
  readonly partition: number;
  /** One record batch. */
  readonly batch: Buffer;
}

export interface ProduceResult {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: number;
}

/**
 * Produce request v7: transactional_id, acks, timeout_ms, [topic [partition, records]]. The record batches go between the written parts as they
 * are.
 * @param partitions sorted by topic, at most one batch for each partition
 */
export function encodeProduce(partitions: readonly ProducePartition[], acks: number, timeoutMs: number): Buffer[] {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
  const chunks: Buffer[] = [];
  let writer = new WireWriter(64).nullableString(null).int16(acks).int32(timeoutMs).int32(byTopic.size);
  for (const [topic, list] of byTopic) {
    writer.string(topic).int32(list.length);
    for (const { partition, batch } of list) {
      writer.int32(partition).int32(batch.length);
      chunks.push(writer.bytes(), batch);
      writer = new WireWriter(64);
    }
  }
  return chunks;
}

export function decodeProduce(response: Buffer): ProduceResult[] {
  const reader = new WireReader(response);
  return reader
    .array((topicReader) => {
      const topic = topicReader.string();
      return topicReader.array((partitionReader) => {
        const partition = partitionReader.int32();
        const errorCode = partitionReader.int16();
        const baseOffset = partitionReader.int64();
        partitionReader.skip(16); // log append time, log start offset
        return { topic, partition, errorCode, baseOffset };
      });
    })
    .flat();
}

export function encodeInitProducerId(): Buffer {
  return new WireWriter(16).nullableString(null).int32(60_000).bytes();
}

export function decodeInitProducerId(response: Buffer): { errorCode: number; producerId: bigint; producerEpoch: number } {
  const errorCode = response.readInt16BE(4); // behind the throttle time
  return { errorCode, producerId: response.readBigInt64BE(6), producerEpoch: response.readInt16BE(14) };
}
