/** One partition of a topic. */
export interface TopicPartition {
  topic: string;
  partition: number;
}

/**
 * Records of one partition in the order of their offsets, as columns over the bytes they were fetched in; no object stands for a record.
 *
 * Record `i` (0 ≤ i < `count`) has its key in `buffer[keyStarts[i] … keyEnds[i])` and its value in `buffer[valueStarts[i] … valueEnds[i])`;
 * a start of −1 means null. The columns may be longer than `count`. `buffer` may be shared with other blocks of the same fetch response:
 * it is read-only, and whoever keeps a part of it for long copies that part.
 */
export interface RecordBlock extends TopicPartition {
  readonly buffer: Buffer;
  readonly count: number;
  /** First offset that the block covers: that of its first record, or of its first batch when it holds no record. */
  readonly firstOffset: number;
  /** Last offset that the block covers. Compaction and control records leave gaps, so it may lie above the last record's offset. */
  readonly lastOffset: number;
  /** Offset after the last record of the partition that consumers may see, at the time of the fetch. */
  readonly highWatermark: number;
  readonly offsets: Float64Array;
  /** Milliseconds since 1970; −1 = the record has none. */
  readonly timestamps: Float64Array;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  /** Memory that the block holds on to (record bytes after decompression): what `BatchConsumer.release` gives back. */
  readonly bytes: number;
}

/** Bytes that the columns take for one record. */
export const COLUMN_BYTES_PER_RECORD = 2 * Float64Array.BYTES_PER_ELEMENT + 4 * Int32Array.BYTES_PER_ELEMENT;

/** A block while the decoder fills it. */
export class RecordColumns implements RecordBlock {
  readonly topic: string;
  readonly partition: number;
  readonly buffer: Buffer;
  readonly highWatermark: number;
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  count = 0;
  firstOffset: number;
  lastOffset: number;
  bytes = 0;
  /** Given out and not released yet. */
  held = false;

  /** @param capacity most records that will be added */
  constructor(topic: string, partition: number, buffer: Buffer, highWatermark: number, firstOffset: number, capacity: number) {
    this.topic = topic;
    this.partition = partition;
    this.buffer = buffer;
    this.highWatermark = highWatermark;
    this.firstOffset = firstOffset;
    this.lastOffset = firstOffset - 1;
    // One allocation for all columns: the doubles first, so that every view is aligned.
    const memory = new ArrayBuffer(capacity * COLUMN_BYTES_PER_RECORD);
    this.offsets = new Float64Array(memory, 0, capacity);
    this.timestamps = new Float64Array(memory, 8 * capacity, capacity);
    this.keyStarts = new Int32Array(memory, 16 * capacity, capacity);
    this.keyEnds = new Int32Array(memory, 20 * capacity, capacity);
    this.valueStarts = new Int32Array(memory, 24 * capacity, capacity);
    this.valueEnds = new Int32Array(memory, 28 * capacity, capacity);
  }
}
