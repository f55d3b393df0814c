import { crc32c } from '@node-rs/crc32';

/** One record of a batch for tests. */
export interface FixtureRecord {
  key?: string | Buffer | null;
  value?: string | Buffer | null;
  offsetDelta?: number;
  timestampDelta?: number;
  headers?: readonly (readonly [string, string])[];
}

export interface FixtureBatch {
  baseOffset?: number;
  baseTimestamp?: number;
  maxTimestamp?: number;
  attributes?: number;
  lastOffsetDelta?: number;
  records: readonly FixtureRecord[];
  /** Compresses the record bytes; set the codec in `attributes`. */
  compress?: (records: Buffer) => Buffer;
}

/** Writes a record batch v2 as plainly as the format is described; for tests only. */
export function fixtureBatch(batch: FixtureBatch): Buffer {
  const { baseOffset = 0, baseTimestamp = 1000, attributes = 0, records } = batch;
  const lastOffsetDelta = batch.lastOffsetDelta ?? records.length - 1;
  const plain = Buffer.concat(records.map((record, index) => encodeRecord(record, index)));
  const body = batch.compress === undefined ? plain : batch.compress(plain);
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(BigInt(baseOffset), 0);
  header.writeInt32BE(61 - 12 + body.length, 8);
  header.writeInt32BE(0, 12);
  header.writeInt8(2, 16);
  header.writeInt16BE(attributes, 21);
  header.writeInt32BE(lastOffsetDelta, 23);
  header.writeBigInt64BE(BigInt(baseTimestamp), 27);
  header.writeBigInt64BE(BigInt(batch.maxTimestamp ?? baseTimestamp), 35);
  header.writeBigInt64BE(-1n, 43);
  header.writeInt16BE(-1, 51);
  header.writeInt32BE(-1, 53);
  header.writeInt32BE(records.length, 57);
  const bytes = Buffer.concat([header, body]);
  sealBatch(bytes);
  return bytes;
}

/** Writes the checksum that belongs to the batch's bytes. */
export function sealBatch(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
}

function encodeRecord(record: FixtureRecord, index: number): Buffer {
  const headers = record.headers ?? [];
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(record.timestampDelta ?? index),
    varint(record.offsetDelta ?? index),
    bytes(record.key ?? null),
    bytes(record.value ?? null),
    varint(headers.length),
    ...headers.flatMap(([key, value]) => [bytes(key), bytes(value)]),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function bytes(value: string | Buffer | null): Buffer {
  if (value === null) return varint(-1);
  const buffer = Buffer.from(value);
  return Buffer.concat([varint(buffer.length), buffer]);
}

function varint(value: number): Buffer {
  let zigzag = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const out: number[] = [];
  while (zigzag >= 0x80n) {
    out.push(Number(zigzag & 0x7fn) | 0x80);
    zigzag >>= 7n;
  }
  out.push(Number(zigzag));
  return Buffer.from(out);
}
