import type { RecordBlock } from '@hercules/kafka';

/** A block of records for unit tests. @param arrivalMs the records' time */
export function blockOf(values: readonly Buffer[], { partition = 0, firstOffset = 0, arrivalMs = -1 } = {}): RecordBlock {
  const buffer = Buffer.concat(values);
  const count = values.length;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  values.forEach((value, i) => {
    starts[i] = at;
    ends[i] = at += value.length;
  });
  return {
    topic: 'input',
    partition,
    buffer,
    count,
    firstOffset,
    lastOffset: firstOffset + count - 1,
    highWatermark: firstOffset + count,
    offsets: Float64Array.from(values, (_, i) => firstOffset + i),
    timestamps: Float64Array.from(values, () => arrivalMs),
    keyStarts: new Int32Array(count).fill(-1),
    keyEnds: new Int32Array(count),
    valueStarts: starts,
    valueEnds: ends,
    bytes: buffer.length,
  };
}
