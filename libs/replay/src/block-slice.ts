import type { RecordBlock } from '@hercules/kafka';

/**
 * The records [from, to) of a block as a block of its own over the same bytes. Its offsets reach from where the slice before it ends to where the next one begins, so
 * that the slices of a block cover all offsets of it; `end` (exclusive) bounds them.
 */
export function sliceBlock(block: RecordBlock, from: number, to: number, end = Infinity): RecordBlock {
  const firstOffset = from === 0 ? block.firstOffset : block.offsets[from]!;
  const lastOffset = Math.min(end - 1, to < block.count ? block.offsets[to]! - 1 : block.lastOffset);
  const { topic, partition, buffer, highWatermark, count, bytes } = block;
  return {
    topic,
    partition,
    buffer,
    highWatermark,
    count: to - from,
    firstOffset,
    lastOffset,
    offsets: block.offsets.subarray(from, to),
    timestamps: block.timestamps.subarray(from, to),
    keyStarts: block.keyStarts.subarray(from, to),
    keyEnds: block.keyEnds.subarray(from, to),
    valueStarts: block.valueStarts.subarray(from, to),
    valueEnds: block.valueEnds.subarray(from, to),
    bytes: count === 0 ? bytes : Math.ceil((bytes * (to - from)) / count),
  };
}

/** A block without records that stands for the offsets [from, to). */
export function gapBlock(topic: string, partition: number, from: number, to: number): RecordBlock {
  const none = { offsets: new Float64Array(0), timestamps: new Float64Array(0) };
  const bounds = { keyStarts: new Int32Array(0), keyEnds: new Int32Array(0), valueStarts: new Int32Array(0), valueEnds: new Int32Array(0) };
  return {
    topic,
    partition,
    buffer: Buffer.alloc(0),
    count: 0,
    firstOffset: from,
    lastOffset: to - 1,
    highWatermark: to,
    bytes: 0,
    ...none,
    ...bounds,
  };
}

/** How many records of the block lie before the offset. */
export function countBefore({ offsets, count }: RecordBlock, offset: number): number {
  let records = count;
  while (records > 0 && offsets[records - 1]! >= offset) records--;
  return records;
}
