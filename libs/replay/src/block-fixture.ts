import type { RecordBlock } from '@hercules/kafka';

/** A block of records with these offsets, each value being its offset as text. For tests. */
export function blockOf(partition: number, offsets: readonly number[], lastOffset = offsets.at(-1)!): RecordBlock {
  const values = offsets.map(String);
  const buffer = Buffer.from(values.join(''));
  const ends: number[] = [];
  for (const value of values) ends.push((ends.at(-1) ?? 0) + value.length);
  const count = offsets.length;
  return {
    topic: 'logs',
    partition,
    buffer,
    count,
    firstOffset: offsets[0] ?? lastOffset,
    lastOffset,
    highWatermark: lastOffset + 1,
    offsets: Float64Array.from(offsets),
    timestamps: new Float64Array(count),
    keyStarts: new Int32Array(count).fill(-1),
    keyEnds: new Int32Array(count).fill(-1),
    valueStarts: Int32Array.from(ends, (end, i) => end - values[i]!.length),
    valueEnds: Int32Array.from(ends),
    bytes: buffer.length,
  };
}

/** The values of a block's records. */
export function valuesOf({ buffer, count, valueStarts, valueEnds }: RecordBlock): string[] {
  return Array.from({ length: count }, (_, i) => buffer.toString('utf8', valueStarts[i], valueEnds[i]));
}
