import type { BatchingProducer, RecordBlock } from '@hercules/kafka';
import { encodeEvent, HPath, kafkaPartition, ShardingKey, tag } from '@hercules/protocol';
import { RejectedRecord } from '../adapter.ts';
import { CopyAdapter, type CopyRoute } from './copy-adapter.ts';

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

interface Choice {
  readonly shardingKey?: readonly string[];
  /** What Kafka has, if it is not what the metadata say. */
  readonly inKafka?: number;
  readonly route?: CopyRoute;
}

/** An adapter that sends nothing: its producer only knows how many partitions there are. */
function adapterOf({ shardingKey = [], inKafka = PARTITIONS, route = () => 0 }: Choice = {}): CopyAdapter {
  const producer = { partitionCount: () => inKafka } as unknown as BatchingProducer;
  const targets = ['first', 'second'].map((name) => ({ name, shardingKey }));
  return new CopyAdapter({ producer, targets, findPartitions: () => PARTITIONS, route, keepsTime: false });
}

/** The partition that the adapter chooses. */
function partitionOf(record: RecordBlock, choice?: Choice): number {
  const adapter = adapterOf(choice);
  const batch = adapter.createBatch();
  expect(adapter.add(batch, record, 0)).toBe(true);
  expect(adapter.batchBytes(batch)).toBe(record.valueEnds[0]! - record.valueStarts[0]!);
  return batch.partitions[0]!;
}

describe('CopyAdapter', () => {
  it('places an event by the sharding key of the target', () => {
    const bytes = event('one');
    const expected = new ShardingKey([HPath.parse('host')]).partition(bytes, 0, bytes.length, PARTITIONS);
    expect(partitionOf(recordOf(bytes, Buffer.from('key')), { shardingKey: ['host'] })).toBe(expected);
  });

  it("without one by the record's key, or the event's uuid where it has none", () => {
    const bytes = event('one');
    const key = Buffer.from('some key');
    expect(partitionOf(recordOf(bytes, key))).toBe(kafkaPartition(key, 0, key.length, PARTITIONS));
    expect(partitionOf(recordOf(bytes))).toBe(kafkaPartition(bytes, 9, 25, PARTITIONS));
  });

  it('into no partition that Kafka does not have', () => {
    const bytes = event('one');
    expect(partitionOf(recordOf(bytes), { inKafka: 2 })).toBe(kafkaPartition(bytes, 9, 25, 2));
  });

  it('sends an event to the target that takes it, and nothing where none does', () => {
    const bytes = event('one');
    const second = adapterOf({ route: () => 1 });
    const batch = second.createBatch();
    expect(second.add(batch, recordOf(bytes), 0)).toBe(true);
    expect(batch.targets).toEqual([1]);
    expect(adapterOf({ route: () => -1 }).add(batch, recordOf(bytes), 0)).toBe(false);
    expect(batch.size).toBe(1);
  });

  it('takes nothing that is no event', () => {
    const adapter = adapterOf();
    const batch = adapter.createBatch();
    expect(() => adapter.add(batch, recordOf(Buffer.from('no event')), 0)).toThrow(RejectedRecord);
    expect(batch.blocks).toEqual([]);
  });
});
