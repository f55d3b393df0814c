import type { PartitionReader } from '@hercules/kafka';
import { type AuditKey, encodeKey } from './audit-record.ts';
import { readPublishedCounts } from './published-counts.ts';

const SINK = { app: 'elastic-sink', from: 0, to: 5, written: 5, duplicated: 0, filtered: 0, dead: 0, absent: 0 };

/** A reader of a topic of one partition that holds these records. */
function readerOf(records: readonly [AuditKey, object][]): PartitionReader {
  const texts = records.map(([key, value]) => [encodeKey(key), JSON.stringify(value)] as const);
  const buffer = Buffer.from(texts.flat().join(''));
  const ends: number[] = [];
  for (const text of texts.flat()) ends.push((ends.at(-1) ?? 0) + text.length);
  const [count, even, odd] = [records.length, ends.filter((_, i) => i % 2 === 0), ends.filter((_, i) => i % 2 === 1)];
  const block = {
    ...{ topic: 'a', partition: 0, buffer, count, firstOffset: 0, lastOffset: count - 1, highWatermark: count, bytes: buffer.length },
    offsets: Float64Array.from(records, (_, i) => i),
    timestamps: new Float64Array(count),
    keyStarts: Int32Array.of(0, ...odd.slice(0, -1)),
    keyEnds: Int32Array.from(even),
    valueStarts: Int32Array.from(even),
    valueEnds: Int32Array.from(odd),
  };
  return {
    offsets: (_topic: string, _partitions: readonly number[], point: unknown) =>
      Promise.resolve([{ partition: 0, offset: point === 'earliest' ? 0 : count }]),
    fetch: () => Promise.resolve([{ partition: 0, offset: 0, blocks: [block], isOutOfRange: false }]),
  } as unknown as PartitionReader;
}

it('keeps of minutes before the window the groups, and counts only of events that happened in it', async () => {
  const reader = readerOf([
    [['sink', 'logs', 'silent', 0, 90], { ...SINK, events: [[90, 5]] }],
    [['sink', 'logs', 'g', 0, 98], { ...SINK, events: [[98, 4], [103, 1]] }], // prettier-ignore
    [['sink', 'logs', 'g', 0, 99], { ...SINK, events: [[99, 5]] }],
    [['sink', 'logs', 'g', 0, 100], { ...SINK, events: [[100, 5]] }],
    [['sink', 'logs', 'g', 0, 120], { ...SINK, events: [[120, 5]] }],
    [['gateway', 'logs', 'p', 99], { app: 'gateway', acknowledged: 5, unconfirmed: 0, events: [[99, 5]] }],
    [['gateway', 'logs', 'p', 101], { app: 'gateway', acknowledged: 5, unconfirmed: 0, events: [[101, 5]] }],
  ]);
  const window = { fromMinute: 100, toMinute: 110 };
  const { sinks, gateways, groups } = await readPublishedCounts(reader, 'a', 1, 'logs', window, new AbortController().signal);
  expect([...groups.keys()]).toEqual(['silent', 'g']);
  expect(sinks.map(({ minute }) => minute)).toEqual([98, 100, 120]);
  expect(gateways.map(({ minute }) => minute)).toEqual([101]);
});
