import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { Delivery } from './delivery.ts';
import { type Compression, RecordBatchBuilder, recordBytesBound, singleRecordBatchBytes } from './record-batch-builder.ts';
import { RecordBatchDecoder } from './record-batch-decoder.ts';

interface Row {
  key: Buffer | null;
  value: Buffer | null;
  timestampMs: number;
}

const BASE_MS = 1_700_000_000_000;

function build(rows: readonly Row[], capacity = 1 << 20): RecordBatchBuilder {
  const builder = new RecordBatchBuilder(Buffer.alloc(capacity, 0xee));
  const delivery = new Delivery();
  for (const { key, value, timestampMs } of rows) {
    // Key and value stand in the middle of something larger, as they do in a request's body.
    const around = Buffer.concat([Buffer.from('<<'), key ?? Buffer.alloc(0), value ?? Buffer.alloc(0), Buffer.from('>>')]);
    const middle = 2 + (key?.length ?? 0);
    builder.append(key && around, 2, middle, value && around, middle, middle + (value?.length ?? 0), timestampMs, delivery);
  }
  return builder;
}

function decode(batch: Buffer): Row[] {
  const source = { topic: 't', partition: 0, highWatermark: 0 };
  return new RecordBatchDecoder().decode(source, batch, 0, batch.length, 0).flatMap((block) =>
    Array.from({ length: block.count }, (_, i) => {
      const part = (start: number, end: number): Buffer | null => (start < 0 ? null : Buffer.from(block.buffer.subarray(start, end)));
      return {
        key: part(block.keyStarts[i]!, block.keyEnds[i]!),
        value: part(block.valueStarts[i]!, block.valueEnds[i]!),
        timestampMs: block.timestamps[i]!,
      };
    }),
  );
}

const bytes = (maxLength: number): fc.Arbitrary<Buffer | null> =>
  fc.option(
    fc.uint8Array({ maxLength }).map((array) => Buffer.from(array)),
    { nil: null },
  );
const rowsArbitrary = fc.array(
  fc.record({
    key: bytes(40),
    value: bytes(300),
    timestampMs: fc.integer({ min: BASE_MS - 1_000_000_000, max: BASE_MS + 1_000_000_000 }),
  }),
  { minLength: 1, maxLength: 40 },
);

describe('RecordBatchBuilder', () => {
  it.each<Compression>(['none', 'lz4', 'zstd'])('writes what a reader finds again, compression %s', (compression) => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const builder = build(rows);
        builder.close(compression);
        builder.sign(7n, 3, 42);
        expect(decode(builder.bytes())).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });

  it('fills in the header field by field', () => {
    const rows = [BASE_MS + 5, BASE_MS + 90, BASE_MS].map((timestampMs) => ({ key: null, value: Buffer.from('v'), timestampMs }));
    const builder = build(rows);
    expect(builder.isClosed).toBe(false);
    expect(() => builder.bytes()).toThrow('open');
    builder.close('none');
    builder.sign(0x1_2345_6789n, 2, 17);
    const batch = builder.bytes();
    expect(batch.readBigInt64BE(0)).toBe(0n);
    expect(batch.readInt32BE(8)).toBe(batch.length - 12);
    expect(batch.readInt32BE(12)).toBe(-1);
    expect(batch[16]).toBe(2);
    expect(batch.readUInt32BE(17)).toBe(crc32c(batch.subarray(21)));
    expect(batch.readInt16BE(21)).toBe(0);
    expect(batch.readInt32BE(23)).toBe(2);
    expect(batch.readBigInt64BE(27)).toBe(BigInt(BASE_MS + 5));
    expect(batch.readBigInt64BE(35)).toBe(BigInt(BASE_MS + 90));
    expect(batch.readBigInt64BE(43)).toBe(0x1_2345_6789n);
    expect(batch.readInt16BE(51)).toBe(2);
    expect(batch.readInt32BE(53)).toBe(17);
    expect(batch.readInt32BE(57)).toBe(3);
  });

  it('keeps times that are weeks and years apart', () => {
    const days = [0, 12, 13, 30, 4000, -13, -4000];
    const rows = days.map((day) => ({ key: null, value: Buffer.from('v'), timestampMs: BASE_MS + day * 86_400_000 }));
    const builder = build(rows);
    builder.close('none');
    builder.sign(-1n, -1, -1);
    expect(decode(builder.bytes())).toEqual(rows);
  });

  it('may be signed again for another producer', () => {
    const builder = build([{ key: null, value: Buffer.from('v'), timestampMs: BASE_MS }]);
    builder.close('zstd');
    builder.sign(1n, 0, 5);
    builder.sign(2n, 1, 0);
    const batch = builder.bytes();
    expect([batch.readBigInt64BE(43), batch.readInt16BE(51), batch.readInt32BE(53)]).toEqual([2n, 1, 0]);
    expect(batch.readUInt32BE(17)).toBe(crc32c(batch.subarray(21)));
    expect(batch.readInt16BE(21)).toBe(4);
  });

  it('never writes more than it said a record takes', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        for (const { key, value } of rows) {
          const capacity = singleRecordBatchBytes(key?.length ?? 0, value?.length ?? 0);
          const builder = build([{ key, value, timestampMs: BASE_MS }], capacity);
          expect(builder.contentBytes).toBeLessThanOrEqual(recordBytesBound(key?.length ?? 0, value?.length ?? 0));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('goes on in a larger buffer', () => {
    const builder = new RecordBatchBuilder(Buffer.alloc(singleRecordBatchBytes(0, 5)));
    const delivery = new Delivery();
    const value = Buffer.from('value');
    builder.append(null, -1, -1, value, 0, 5, BASE_MS, delivery);
    expect(builder.hasRoom(0, 5)).toBe(false);
    const { buffer } = builder;
    expect(builder.growInto(Buffer.alloc(1000))).toBe(buffer);
    builder.append(null, -1, -1, value, 0, 5, BASE_MS, delivery);
    builder.close('none');
    builder.sign(-1n, -1, -1);
    expect(decode(builder.bytes()).map((row) => row.value?.toString())).toEqual(['value', 'value']);
    expect(builder.deliveries).toEqual([delivery]);
  });
});
