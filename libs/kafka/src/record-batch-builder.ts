import { zstdCompressSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import { compressFrameSync } from 'lz4-napi';
import type { Delivery } from './delivery.ts';

export type Compression = 'none' | 'lz4' | 'zstd';

/** Header of a record batch, magic 2 (Kafka documentation, "Record Batch"). */
const HEADER_BYTES = 61;
const CRC_AT = 17;
/** The checksum covers everything from the attributes on. */
const ATTRIBUTES_AT = 21;
/** Most bytes of a record besides key and value: length, attributes, deltas, lengths of key and value, number of headers. */
const RECORD_OVERHEAD = 5 + 1 + 8 + 5 + 5 + 5 + 1;
const CODEC_ATTRIBUTE: Readonly<Record<Compression, number>> = { none: 0, lz4: 3, zstd: 4 };

/** Most bytes that a record with such a key and value takes in a batch. */
export function recordBytesBound(keyBytes: number, valueBytes: number): number {
  return keyBytes + valueBytes + RECORD_OVERHEAD;
}

/** Bytes of a batch that holds nothing but one such record. */
export function singleRecordBatchBytes(keyBytes: number, valueBytes: number): number {
  return HEADER_BYTES + recordBytesBound(keyBytes, valueBytes);
}

/**
 * One record batch in the making: records are written behind a header that is filled in when the batch is closed. No object is made for a record. The
 * buffer is the caller's and is used again once the batch has come to its end.
 */
export class RecordBatchBuilder {
  buffer: Buffer;
  /** Deliveries that have records here, each once. */
  readonly deliveries: Delivery[] = [];
  /** When the first record came, in ms since 1970. */
  firstTimestampMs = 0;
  maxTimestampMs = 0;
  count = 0;
  length = HEADER_BYTES;
  /** Sequence number of the first record with an idempotent producer; -1 before the batch is closed. */
  baseSequence = -1;
  /** How often it was sent. */
  attempts = 0;
  /** When it was opened, ms of the monotonic clock. */
  createdAtMs = 0;
  /** Offset of the first record once the batch is acknowledged. */
  baseOffset = -1;
  #closed: Buffer | undefined;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  hasRoom(keyBytes: number, valueBytes: number): boolean {
    return this.length + recordBytesBound(keyBytes, valueBytes) <= this.buffer.length;
  }

  /** Moves to a larger buffer. @returns the one left behind */
  growInto(larger: Buffer): Buffer {
    const { buffer } = this;
    buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    return buffer;
  }

  /** Copies a record in. A start of -1 is null. The caller has asked `hasRoom`. */
  append(
    key: Buffer | null,
    keyStart: number,
    keyEnd: number,
    value: Buffer | null,
    valueStart: number,
    valueEnd: number,
    timestampMs: number,
    delivery: Delivery,
  ): void {
    if (this.count === 0) {
      this.firstTimestampMs = timestampMs;
      this.maxTimestampMs = timestampMs;
    } else if (timestampMs > this.maxTimestampMs) this.maxTimestampMs = timestampMs;
    const keyBytes = key === null ? -1 : keyEnd - keyStart;
    const valueBytes = value === null ? -1 : valueEnd - valueStart;
    const timestampDelta = timestampMs - this.firstTimestampMs;
    const body =
      1 +
      varlongBytes(timestampDelta) +
      varintBytes(this.count) +
      varintBytes(keyBytes) +
      Math.max(0, keyBytes) +
      varintBytes(valueBytes) +
      Math.max(0, valueBytes) +
      1;
    const { buffer } = this;
    let at = writeVarint(buffer, this.length, body);
    buffer[at++] = 0; // attributes: none are defined
    at = writeVarlong(buffer, at, timestampDelta);
    at = writeVarint(buffer, at, this.count);
    at = writeVarint(buffer, at, keyBytes);
    if (key !== null) at = copyBytes(key, keyStart, keyEnd, buffer, at);
    at = writeVarint(buffer, at, valueBytes);
    if (value !== null) at = copyBytes(value, valueStart, valueEnd, buffer, at);
    buffer[at++] = 0; // no headers
    this.length = at;
    this.count++;
    if (this.deliveries[this.deliveries.length - 1] !== delivery) {
      this.deliveries.push(delivery);
      delivery.batchAdded();
    }
  }

  /** Fills in the header; afterwards nothing may be appended. Compression happens here, once. */
  close(compression: Compression): void {
    const { buffer } = this;
    buffer.fill(0, 0, HEADER_BYTES);
    buffer[16] = 2; // magic
    buffer.writeInt16BE(CODEC_ATTRIBUTE[compression], ATTRIBUTES_AT);
    buffer.writeInt32BE(this.count - 1, 23);
    writeInt64(buffer, this.firstTimestampMs, 27);
    writeInt64(buffer, this.maxTimestampMs, 35);
    buffer.writeInt32BE(this.count, 57);
    if (compression === 'none') this.#closed = buffer.subarray(0, this.length);
    else {
      const records = buffer.subarray(HEADER_BYTES, this.length);
      const compressed = compression === 'lz4' ? compressFrameSync(records) : zstdCompressSync(records);
      this.#closed = Buffer.concat([buffer.subarray(0, HEADER_BYTES), compressed]);
    }
    this.#closed.writeInt32BE(this.#closed.length - 12, 8);
    this.#closed.writeInt32BE(-1, 12); // partition leader epoch: unknown
  }

  /** Signs the closed batch for an idempotent producer; -1, -1, -1 for none. May be repeated with other values. */
  sign(producerId: bigint, producerEpoch: number, baseSequence: number): void {
    const batch = this.bytes();
    batch.writeBigInt64BE(producerId, 43);
    batch.writeInt16BE(producerEpoch, 51);
    batch.writeInt32BE(baseSequence, 53);
    batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
    this.baseSequence = baseSequence;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Bytes of the records without the header, uncompressed. */
  get contentBytes(): number {
    return this.length - HEADER_BYTES;
  }

  /** The closed batch as it goes to the broker. */
  bytes(): Buffer {
    if (this.#closed === undefined) throw new Error('the record batch is still open');
    return this.#closed;
  }
}

function varintBytes(value: number): number {
  let zigZag = ((value << 1) ^ (value >> 31)) >>> 0;
  let bytes = 1;
  while (zigZag > 0x7f) {
    zigZag >>>= 7;
    bytes++;
  }
  return bytes;
}

function writeVarint(buffer: Buffer, start: number, value: number): number {
  let zigZag = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = start;
  while (zigZag > 0x7f) {
    buffer[at++] = (zigZag & 0x7f) | 0x80;
    zigZag >>>= 7;
  }
  buffer[at++] = zigZag;
  return at;
}

/** Whether zig-zag coding of the value fits into 32 bits: times of one batch are less than 12 days apart, as good as always. */
function isShort(value: number): boolean {
  return value >= -0x4000_0000 && value < 0x4000_0000;
}

function varlongBytes(value: number): number {
  if (isShort(value)) return varintBytes(value);
  let bytes = 1;
  for (let rest = value < 0 ? -2 * value - 1 : 2 * value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

function writeVarlong(buffer: Buffer, start: number, value: number): number {
  if (isShort(value)) return writeVarint(buffer, start, value);
  let at = start;
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80;
  buffer[at++] = rest;
  return at;
}

function writeInt64(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
  buffer.writeUInt32BE(value % 0x1_0000_0000, at + 4);
}

/** A short run of bytes is copied faster by hand than by a call into the runtime. */
function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > 32) return at + source.copy(target, at, start, end);
  for (let from = start; from < end; from++) target[at++] = source[from]!;
  return at;
}
