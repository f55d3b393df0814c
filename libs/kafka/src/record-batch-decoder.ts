import { crc32c } from '@node-rs/crc32';
import { decompressRecords } from './decompress-records.ts';
import { RecordBatchError } from './record-batch-error.ts';
import { RecordColumns, type RecordBlock } from './record-block.ts';

/*
 * Record batch v2 (Kafka documentation, "Record Batch"), big-endian:
 *
 *    0 baseOffset int64        21 attributes int16 (bits 0–2 codec, 3 append time, 4 transactional, 5 control)
 *    8 batchLength int32       23 lastOffsetDelta int32
 *   12 leaderEpoch int32       27 baseTimestamp int64     35 maxTimestamp int64
 *   16 magic int8 = 2          43 producerId int64        51 producerEpoch int16    53 baseSequence int32
 *   17 crc uint32 (from 21 on) 57 count int32             61 records
 *
 * Record: length varint, attributes int8, timestampDelta varlong, offsetDelta varint, keyLength varint, key, valueLength varint, value,
 * headers. Varints are zig-zag. Headers are stepped over by the record's length.
 */
const HEADER_BYTES = 61;
/** `batchLength` counts the bytes after itself. */
const LENGTH_END = 12;
const CRC_FROM = 21;
const CODEC_MASK = 0x07;
const APPEND_TIME = 0x08;
const CONTROL = 0x20;
/** length, attributes, two deltas, two lengths and the header count, a byte each. */
const MIN_RECORD_BYTES = 7;

export interface RecordBatchDecoderOptions {
  /** Compare each batch's CRC-32C with its bytes. Default true: it costs about 0.05 CPU seconds per million 300-byte records. */
  checkCrcs?: boolean;
  /** Most bytes that one batch may decompress to. Default 128 MiB. */
  maxDecompressedBytes?: number;
}

/** Where fetched record batches come from. */
export interface RecordSource {
  topic: string;
  partition: number;
  highWatermark: number;
}

/**
 * Reads the record batches of a fetch response into columns, without an object for a record. Batches written uncompressed share one block
 * over the response's own bytes; a compressed batch makes a block over what it decompresses to. Control batches give no records but count
 * as covered. Bytes of a batch that is cut off at the end are left for the next fetch.
 */
export class RecordBatchDecoder {
  readonly #checkCrcs: boolean;
  readonly #maxDecompressedBytes: number;
  #position = 0;

  constructor(options: RecordBatchDecoderOptions = {}) {
    this.#checkCrcs = options.checkCrcs ?? true;
    this.#maxDecompressedBytes = options.maxDecompressedBytes ?? 128 * 1024 * 1024;
  }

  /**
   * The offset to fetch after the whole batches in `buffer[start … end)`; `fromOffset` when there is none. Looks at the headers only.
   * @throws RecordBatchError when the first header cannot be right; a later one ends the search
   */
  nextOffset(buffer: Buffer, start: number, end: number, fromOffset: number): number {
    let next = fromOffset;
    let position = start;
    try {
      while (position < end) {
        const batchEnd = batchEndAt(buffer, position, end);
        if (batchEnd === -1) break;
        next = Math.max(next, lastOffsetAt(buffer, position) + 1);
        position = batchEnd;
      }
    } catch (error) {
      if (position === start) throw error;
    }
    return next;
  }

  /**
   * Decodes `buffer[start … end)`.
   * @param fromOffset records below it are left out (a batch may begin before the offset asked for)
   * @returns blocks in the order of their offsets; a block's `lastOffset` says how far everything is read
   * @throws RecordBatchError when the first batch cannot be read. A later one ends the result: asking again from the offset after the last
   * block then brings the error
   */
  decode(source: RecordSource, buffer: Buffer, start: number, end: number, fromOffset: number): RecordBlock[] {
    const blocks: RecordBlock[] = [];
    let position = start;
    try {
      while (position < end) {
        const batchEnd = batchEndAt(buffer, position, end);
        if (batchEnd === -1) break;
        if ((buffer[position + CRC_FROM + 1]! & CODEC_MASK) === 0) {
          position = this.#decodePlainRun(source, buffer, position, end, fromOffset, blocks);
        } else {
          this.#decodeCompressed(source, buffer, position, batchEnd, fromOffset, blocks);
          position = batchEnd;
        }
      }
    } catch (error) {
      if (blocks.length === 0) throw error;
    }
    return blocks;
  }

  /** Decodes batches up to the first compressed or cut off one into a single block. */
  #decodePlainRun(source: RecordSource, buffer: Buffer, start: number, end: number, fromOffset: number, blocks: RecordBlock[]): number {
    let capacity = 0;
    let runEnd = start;
    try {
      while (runEnd < end) {
        const batchEnd = batchEndAt(buffer, runEnd, end);
        if (batchEnd === -1 || (buffer[runEnd + CRC_FROM + 1]! & CODEC_MASK) !== 0) break;
        capacity += countAt(buffer, runEnd, batchEnd - runEnd - HEADER_BYTES);
        runEnd = batchEnd;
      }
    } catch (error) {
      if (runEnd === start) throw error;
    }
    const block = new RecordColumns(source.topic, source.partition, buffer, source.highWatermark, baseOffsetAt(buffer, start), capacity);
    let position = start;
    try {
      while (position < runEnd) {
        const batchEnd = batchEndAt(buffer, position, runEnd);
        this.#decodeBatch(block, buffer, position, batchEnd, buffer, position + HEADER_BYTES, batchEnd, fromOffset);
        position = batchEnd;
      }
    } finally {
      // A batch that cannot be read ends the block; those before it are whole.
      block.bytes = position - start;
      if (position > start) finish(block, fromOffset, blocks);
    }
    return runEnd;
  }

  #decodeCompressed(source: RecordSource, buffer: Buffer, start: number, end: number, fromOffset: number, blocks: RecordBlock[]): void {
    const baseOffset = baseOffsetAt(buffer, start);
    // The checksum goes first: it covers the compressed bytes.
    if (this.#checkCrcs) checkCrc(buffer, start, end);
    const compressed = buffer.subarray(start + HEADER_BYTES, end);
    const codec = buffer[start + CRC_FROM + 1]! & CODEC_MASK;
    const empty = buffer.readInt32BE(start + 57) === 0;
    const records = empty ? compressed.subarray(0, 0) : decompressRecords(codec, compressed, this.#maxDecompressedBytes, baseOffset);
    const capacity = countAt(buffer, start, records.length);
    const block = new RecordColumns(source.topic, source.partition, records, source.highWatermark, baseOffset, capacity);
    block.bytes = records.length;
    this.#decodeBatch(block, buffer, start, end, records, 0, records.length, fromOffset);
    finish(block, fromOffset, blocks);
  }

  #decodeBatch(
    block: RecordColumns,
    batch: Buffer,
    batchStart: number,
    batchEnd: number,
    records: Buffer,
    recordsStart: number,
    recordsEnd: number,
    fromOffset: number,
  ): void {
    const baseOffset = baseOffsetAt(batch, batchStart);
    const attributes = batch.readInt16BE(batchStart + CRC_FROM);
    if (this.#checkCrcs && (attributes & CODEC_MASK) === 0) checkCrc(batch, batchStart, batchEnd);
    const lastOffset = lastOffsetAt(batch, batchStart);
    if ((attributes & CONTROL) !== 0) {
      block.lastOffset = lastOffset;
      return;
    }

    const lastOffsetDelta = batch.readInt32BE(batchStart + 23);
    const baseTimestamp = readInt64(batch, batchStart + 27);
    const appendTime = (attributes & APPEND_TIME) !== 0;
    const maxTimestamp = readInt64(batch, batchStart + 35);
    const count = batch.readInt32BE(batchStart + 57);
    const { offsets, timestamps, keyStarts, keyEnds, valueStarts, valueEnds } = block;
    let index = block.count;
    let previousDelta = -1;
    this.#position = recordsStart;
    for (let i = 0; i < count; i++) {
      const length = this.#varint(records, recordsEnd, baseOffset);
      const recordEnd = this.#position + length;
      if (length < MIN_RECORD_BYTES - 1 || recordEnd > recordsEnd) throw corrupt(`record ${i} of ${length} bytes does not fit`, baseOffset);
      this.#position++; // the record's attributes have no meaning yet
      const timestampDelta = this.#varlong(records, recordEnd, baseOffset);
      const offsetDelta = this.#varint(records, recordEnd, baseOffset);
      const keyLength = this.#varint(records, recordEnd, baseOffset);
      const keyStart = this.#position;
      const keyEnd = keyLength < 0 ? keyStart : keyStart + keyLength;
      if (keyLength < -1 || keyEnd >= recordEnd) throw corrupt(`the key of record ${i} does not fit`, baseOffset);
      this.#position = keyEnd;
      const valueLength = this.#varint(records, recordEnd, baseOffset);
      const valueStart = this.#position;
      const valueEnd = valueLength < 0 ? valueStart : valueStart + valueLength;
      if (valueLength < -1 || valueEnd >= recordEnd) throw corrupt(`the value of record ${i} does not fit`, baseOffset);
      if (offsetDelta <= previousDelta || offsetDelta > lastOffsetDelta) throw corrupt(`record ${i} has no possible offset`, baseOffset);
      previousDelta = offsetDelta;
      this.#position = recordEnd;
      if (baseOffset + offsetDelta < fromOffset) continue;
      offsets[index] = baseOffset + offsetDelta;
      timestamps[index] = appendTime ? maxTimestamp : baseTimestamp + timestampDelta;
      keyStarts[index] = keyLength < 0 ? -1 : keyStart;
      keyEnds[index] = keyLength < 0 ? -1 : keyEnd;
      valueStarts[index] = valueLength < 0 ? -1 : valueStart;
      valueEnds[index] = valueLength < 0 ? -1 : valueEnd;
      index++;
    }
    if (this.#position !== recordsEnd) throw corrupt(`${recordsEnd - this.#position} bytes are left after the last record`, baseOffset);
    block.count = index;
    block.lastOffset = lastOffset;
  }

  /** Zig-zag varint of at most 5 bytes at the position; never reads at or after `limit`. */
  #varint(buffer: Buffer, limit: number, baseOffset: number): number {
    let position = this.#position;
    if (position < limit) {
      let byte = buffer[position++]!;
      let raw = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        if (position >= limit || shift > 28) throw corrupt('a number is cut off or too long', baseOffset);
        byte = buffer[position++]!;
        raw |= (byte & 0x7f) << shift;
      }
      this.#position = position;
      return (raw >>> 1) ^ -(raw & 1);
    }
    throw corrupt('a number lies outside its record', baseOffset);
  }

  /** Zig-zag varlong of at most 10 bytes; above 2^53 the value is rounded, which no real timestamp reaches. */
  #varlong(buffer: Buffer, limit: number, baseOffset: number): number {
    const start = this.#position;
    let raw = 0;
    let factor = 1;
    for (let position = start; position < limit && position < start + 10; position++) {
      const byte = buffer[position]!;
      raw += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.#position = position + 1;
        return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
      }
      factor *= 128;
    }
    throw corrupt('a timestamp is cut off or too long', baseOffset);
  }
}

/** End of the batch at `position`, or −1 when it is cut off by `end`. */
function batchEndAt(buffer: Buffer, position: number, end: number): number {
  // The magic byte stands at the same place in every format, so an old format is told from a broken batch.
  if (position + 17 > end) return -1;
  const magic = buffer[position + 16]!;
  const length = buffer.readInt32BE(position + 8);
  if (magic < 2) {
    const offset = readInt64(buffer, position);
    throw new RecordBatchError('old-format', `message format ${magic} was replaced in Kafka 0.11 and is not read`, offset);
  }
  if (magic > 2) throw corrupt(`record batch format ${magic} is not known`, readInt64(buffer, position));
  if (length < HEADER_BYTES - LENGTH_END) throw corrupt(`a batch of ${length} bytes is too short`, readInt64(buffer, position));
  const batchEnd = position + LENGTH_END + length;
  return batchEnd > end ? -1 : batchEnd;
}

function baseOffsetAt(buffer: Buffer, position: number): number {
  const offset = readInt64(buffer, position);
  if (offset < 0 || offset > Number.MAX_SAFE_INTEGER - 0x8000_0000) throw corrupt('the offset is impossible', offset);
  return offset;
}

function lastOffsetAt(buffer: Buffer, position: number): number {
  const base = baseOffsetAt(buffer, position);
  const delta = buffer.readInt32BE(position + 23);
  if (delta < 0) throw corrupt(`the last offset delta ${delta} is negative`, base);
  return base + delta;
}

/** Number of records of the batch, checked against the bytes they must take before memory is taken for them. */
function countAt(buffer: Buffer, position: number, recordBytes: number): number {
  const count = buffer.readInt32BE(position + 57);
  if (count < 0 || count * MIN_RECORD_BYTES > recordBytes) {
    throw corrupt(`${count} records cannot stand in ${recordBytes} bytes`, baseOffsetAt(buffer, position));
  }
  return count;
}

function checkCrc(buffer: Buffer, start: number, end: number): void {
  const expected = buffer.readUInt32BE(start + 17);
  const actual = crc32c(buffer.subarray(start + CRC_FROM, end));
  if (actual !== expected) throw new RecordBatchError('crc-mismatch', 'the checksum does not match the bytes', readInt64(buffer, start));
}

/** Adds the block unless all of it lies below the offset asked for. */
function finish(block: RecordColumns, fromOffset: number, blocks: RecordBlock[]): void {
  if (block.lastOffset < fromOffset) return;
  block.firstOffset = block.count > 0 ? block.offsets[0]! : Math.max(block.firstOffset, fromOffset);
  blocks.push(block);
}

function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * 0x1_0000_0000 + buffer.readUInt32BE(position + 4);
}

function corrupt(what: string, baseOffset: number): RecordBatchError {
  return new RecordBatchError('corrupt', what, baseOffset);
}
