import type { BatchingProducer, RecordBlock } from '@hercules/kafka';
import { encodeEvent, HPath, kafkaPartition, ShardingKey, tag } from '@hercules/protocol';
import { RejectedRecord } from '@hercules/sink';
import { StreamAdapter } from './stream-adapter.ts';

const PARTITIONS = 7;
const UUID = '11203800-63fd-11e8-83e2-3a587d902000';

const event = (host: string): Buffer =>
  encodeEvent({ version: 1, timestamp: 0n, uuid: UUID, payload: new Map([['host', tag.string(host)]]) });

/** One record. @param key none: null */
function recordOf(value: Buffer, key = Buffer.alloc(0)): RecordBlock {
  const [buffer, keyStart] = [Buffer.concat([key, value]), key.length === 0 ? -1 : 0];
  return {
    topic: 'logs',
    partition: 0,
    buffer,
    count: 1,
    firstOffset: 0,
    lastOffset: 0,
    highWatermark: 1,
    offsets: Float64Array.of(0),
    timestamps: Float64Array.of(0),
    keyStarts: Int32Array.of(keyStart),
    keyEnds: Int32Array.of(key.length),
    valueStarts: Int32Array.of(key.length),
    valueEnds: Int32Array.of(buffer.length),
    bytes: buffer.length,
  };
}

/** The partition that the adapter chooses; nothing is sent. */
function partitionOf(shardingKey: readonly string[], record: RecordBlock): number {
  const adapter = new StreamAdapter({} as BatchingProducer, { name: 'copy', partitions: PARTITIONS, shardingKey });
  const batch = adapter.createBatch();
  expect(adapter.add(batch, record, 0)).toBe(true);
  expect(adapter.batchBytes(batch)).toBe(record.valueEnds[0]! - record.valueStarts[0]!);
  return batch.partitions[0]!;
}

describe('StreamAdapter', () => {
  it('places an event by the sharding key of the target', () => {
    const bytes = event('one');
    const expected = new ShardingKey([HPath.parse('host')]).partition(bytes, 0, bytes.length, PARTITIONS);
    expect(partitionOf(['host'], recordOf(bytes, Buffer.from('key')))).toBe(expected);
  });

  it("without one by the record's key, or the event's uuid where it has none", () => {
    const bytes = event('one');
    const key = Buffer.from('some key');
    expect(partitionOf([], recordOf(bytes, key))).toBe(kafkaPartition(key, 0, key.length, PARTITIONS));
    expect(partitionOf([], recordOf(bytes))).toBe(kafkaPartition(bytes, 9, 25, PARTITIONS));
  });

  it('takes nothing that is no event', () => {
    const adapter = new StreamAdapter({} as BatchingProducer, { name: 'copy', partitions: 1, shardingKey: [] });
    const batch = adapter.createBatch();
    expect(() => adapter.add(batch, recordOf(Buffer.from('no event')), 0)).toThrow(RejectedRecord);
    expect(batch.blocks).toEqual([]);
  });
});
