import type { RecordBlock } from '@hercules/kafka';
import { MINUTE_MS } from './minutes.ts';

export interface FixtureRecord {
  readonly offset: number;
  /** Minute of arrival. */
  readonly minute: number;
  /** Minute of event time; that of arrival if left out. */
  readonly happened?: number;
}

const EVENT_BYTES = 27;

/** The beginning of an event that happened in this minute. */
export function eventBytes(minute: number): Buffer {
  const bytes = Buffer.alloc(EVENT_BYTES);
  bytes[0] = 1;
  bytes.writeBigInt64BE(BigInt(minute) * 600_000_000n + 5n, 1);
  return bytes;
}

/** A block of partition 0 of the stream `logs`. */
export function blockOf(records: readonly FixtureRecord[], range: { first?: number; last?: number } = {}): RecordBlock {
  const count = records.length;
  return {
    topic: 'logs',
    partition: 0,
    buffer: Buffer.concat(records.map(({ minute, happened = minute }) => eventBytes(happened))),
    count,
    firstOffset: range.first ?? records[0]!.offset,
    lastOffset: range.last ?? records.at(-1)!.offset,
    highWatermark: 1_000_000,
    offsets: Float64Array.from(records, ({ offset }) => offset),
    timestamps: Float64Array.from(records, ({ minute }) => minute * MINUTE_MS + 1),
    keyStarts: new Int32Array(count).fill(-1),
    keyEnds: new Int32Array(count).fill(-1),
    valueStarts: Int32Array.from(records, (_, i) => i * EVENT_BYTES),
    valueEnds: Int32Array.from(records, (_, i) => (i + 1) * EVENT_BYTES),
    bytes: count * EVENT_BYTES,
  };
}

/** Records at consecutive offsets, all of one minute. */
export function recordsOf(first: number, count: number, minute: number): FixtureRecord[] {
  return Array.from({ length: count }, (_, i) => ({ offset: first + i, minute }));
}
