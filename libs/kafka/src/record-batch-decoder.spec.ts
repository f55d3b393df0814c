import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { RecordBatchDecoder, type RecordBatchDecoderOptions } from './record-batch-decoder.ts';
import { RecordBatchError } from './record-batch-error.ts';
import { fixtureBatch, sealBatch, type FixtureBatch } from './record-batch-fixture.ts';
import type { RecordBlock } from './record-block.ts';

const SOURCE = { topic: 'logs', partition: 3, highWatermark: 99 };

function decode(bytes: Buffer, fromOffset = 0, options?: RecordBatchDecoderOptions): RecordBlock[] {
  return new RecordBatchDecoder(options).decode(SOURCE, bytes, 0, bytes.length, fromOffset);
}

function text(block: RecordBlock, starts: Int32Array, ends: Int32Array, index: number): string | null {
  return starts[index] === -1 ? null : block.buffer.toString('utf8', starts[index], ends[index]);
}

function rows(blocks: readonly RecordBlock[]): [number, number, string | null, string | null][] {
  return blocks.flatMap((block) =>
    Array.from({ length: block.count }, (_, i): [number, number, string | null, string | null] => [
      block.offsets[i]!,
      block.timestamps[i]!,
      text(block, block.keyStarts, block.keyEnds, i),
      text(block, block.valueStarts, block.valueEnds, i),
    ]),
  );
}

function kindOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RecordBatchError) return error.kind;
    throw error;
  }
  return 'none';
}

const TWO: FixtureBatch = { baseOffset: 10, records: [{ key: 'a', value: 'one' }, { value: 'two' }] };

describe('RecordBatchDecoder', () => {
  it('puts the batches of a response into one block over the same bytes', () => {
    const bytes = Buffer.concat([fixtureBatch(TWO), fixtureBatch({ baseOffset: 12, records: [{ key: '', value: null }] })]);
    const blocks = decode(bytes);
    expect(blocks).toHaveLength(1);
    expect(blocks[0]).toMatchObject({ ...SOURCE, count: 3, firstOffset: 10, lastOffset: 12, bytes: bytes.length });
    expect(blocks[0]!.buffer).toBe(bytes);
    expect(rows(blocks)).toEqual([
      [10, 1000, 'a', 'one'],
      [11, 1001, null, 'two'],
      [12, 1000, '', null],
    ]);
  });

  it('reads a part of a larger buffer', () => {
    const batch = fixtureBatch(TWO);
    const bytes = Buffer.concat([Buffer.alloc(7, 0xff), batch, Buffer.alloc(5, 0xff)]);
    const blocks = new RecordBatchDecoder().decode(SOURCE, bytes, 7, 7 + batch.length, 0);
    expect(rows(blocks).map(([, , , value]) => value)).toEqual(['one', 'two']);
  });

  it('steps over headers and reads large lengths and timestamps before the first of the batch', () => {
    const value = 'v'.repeat(70_000);
    const record = { key: 'k'.repeat(200), value, timestampDelta: -5_000_000_000, headers: [['trace', 'x'.repeat(300)]] as const };
    const blocks = decode(fixtureBatch({ baseTimestamp: 1_700_000_000_000, records: [record, { value: 'next' }] }));
    expect(rows(blocks).map((row) => [row[1], row[3]])).toEqual([
      [1_695_000_000_000, value],
      [1_700_000_000_001, 'next'],
    ]);
  });

  it('gives every record the append time when the topic says so', () => {
    const blocks = decode(fixtureBatch({ attributes: 0x08, maxTimestamp: 7777, records: [{ value: 'a' }, { value: 'b' }] }));
    expect(rows(blocks).map((row) => row[1])).toEqual([7777, 7777]);
  });

  it('leaves out records below the offset asked for', () => {
    const bytes = Buffer.concat([fixtureBatch(TWO), fixtureBatch({ ...TWO, baseOffset: 12 })]);
    expect(rows(decode(bytes, 11)).map((row) => row[0])).toEqual([11, 12, 13]);
    expect(decode(bytes, 11)[0]).toMatchObject({ firstOffset: 11, lastOffset: 13 });
    expect(decode(bytes, 14)).toEqual([]);
  });

  it('reads compacted batches, whose offsets have gaps, up to their last offset', () => {
    const bytes = fixtureBatch({
      baseOffset: 100,
      lastOffsetDelta: 9,
      records: [
        { value: 'a', offsetDelta: 2 },
        { value: 'b', offsetDelta: 5 },
      ],
    });
    expect(decode(bytes)[0]).toMatchObject({ count: 2, firstOffset: 102, lastOffset: 109 });
    expect(rows(decode(bytes)).map((row) => row[0])).toEqual([102, 105]);
    const emptied = fixtureBatch({ baseOffset: 110, lastOffsetDelta: 4, records: [] });
    expect(decode(emptied)[0]).toMatchObject({ count: 0, firstOffset: 110, lastOffset: 114 });
    expect(new RecordBatchDecoder().nextOffset(emptied, 0, emptied.length, 110)).toBe(115);
  });

  it('covers control batches without giving their records out', () => {
    const control = fixtureBatch({ baseOffset: 12, attributes: 0x30, records: [{ key: 'commit', value: 'x' }] });
    const blocks = decode(Buffer.concat([fixtureBatch(TWO), control]));
    expect(blocks[0]).toMatchObject({ count: 2, lastOffset: 12 });
    expect(decode(control)[0]).toMatchObject({ count: 0, lastOffset: 12 });
  });

  it('leaves a batch that is cut off for the next fetch', () => {
    const first = fixtureBatch(TWO);
    const bytes = Buffer.concat([first, fixtureBatch({ ...TWO, baseOffset: 12 })]);
    const decoder = new RecordBatchDecoder();
    for (let end = 0; end < bytes.length; end++) {
      const whole = end >= first.length;
      expect(decoder.nextOffset(bytes, 0, end, 10)).toBe(whole ? 12 : 10);
      expect(rows(decoder.decode(SOURCE, bytes, 0, end, 10))).toHaveLength(whole ? 2 : 0);
    }
    expect(decoder.nextOffset(bytes, 0, bytes.length, 10)).toBe(14);
  });

  it.each([
    ['gzip', 1, (records: Buffer) => gzipSync(records)],
    ['lz4', 3, (records: Buffer) => compressFrameSync(records)],
    ['zstd', 4, (records: Buffer) => zstdCompressSync(records)],
  ])('reads %s', (_name, codec, compress) => {
    const records = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: `value ${i} `.repeat(20) }));
    const plain = rows(decode(fixtureBatch({ records })));
    const compressed = fixtureBatch({ attributes: codec, records, compress });
    expect(rows(decode(compressed))).toEqual(plain);
    const mixed = decode(Buffer.concat([compressed, fixtureBatch({ ...TWO, baseOffset: 50 })]));
    expect(mixed.map(({ count, lastOffset }) => [count, lastOffset])).toEqual([
      [50, 49],
      [2, 51],
    ]);
    expect(kindOf(() => decode(compressed, 0, { maxDecompressedBytes: 1000 }))).toBe('too-large');
  });

  it('says what it does not read', () => {
    const old = fixtureBatch(TWO);
    old[16] = 1;
    expect(kindOf(() => decode(old))).toBe('old-format');
    const unknown = fixtureBatch({ ...TWO, attributes: 6 });
    expect(kindOf(() => decode(unknown))).toBe('unsupported-codec');
    expect(() => decode(unknown)).toThrow('offset 10');
    const future = fixtureBatch(TWO);
    future[16] = 3;
    expect(kindOf(() => decode(future))).toBe('corrupt');
  });

  it('compares the checksum unless told not to', () => {
    const bytes = fixtureBatch(TWO);
    bytes[bytes.indexOf('one')] = 0x4f;
    expect(kindOf(() => decode(bytes))).toBe('crc-mismatch');
    expect(rows(decode(bytes, 0, { checkCrcs: false }))[0]![3]).toBe('One');
  });

  it('gives out what lies before a batch that cannot be read', () => {
    const good = fixtureBatch(TWO);
    const middle = fixtureBatch({ ...TWO, baseOffset: 12 });
    for (const damage of ['crc', 'magic', 'count', 'codec']) {
      const bad = fixtureBatch({ ...TWO, baseOffset: 14, attributes: damage === 'codec' ? 7 : 0 });
      if (damage === 'crc') bad[bad.length - 1]! ^= 1;
      if (damage === 'magic') bad[16] = 9;
      if (damage === 'count') bad.writeInt32BE(-1, 57);
      const bytes = Buffer.concat([good, middle, bad, fixtureBatch({ ...TWO, baseOffset: 16 })]);
      const blocks = decode(bytes, 10);
      expect(rows(blocks).map((row) => row[0])).toEqual([10, 11, 12, 13]);
      expect(blocks.at(-1)!.lastOffset).toBe(13);
      expect(() => decode(bytes.subarray(good.length + middle.length), 14)).toThrow(RecordBatchError);
    }
  });

  it('refuses counts that cannot be true before it takes memory for them', () => {
    const bytes = fixtureBatch(TWO);
    bytes.writeInt32BE(0x7fff_ffff, 57);
    sealBatch(bytes);
    expect(kindOf(() => decode(bytes))).toBe('corrupt');
  });

  it('throws only its own error on damaged bytes and never reads outside them', () => {
    const records = Array.from({ length: 5 }, (_, i) => ({ key: `key${i}`, value: `value ${i}`, headers: [['h', 'v']] as const }));
    const valid = [
      fixtureBatch({ records }),
      fixtureBatch({ records, attributes: 1, compress: (plain) => gzipSync(plain) }),
      fixtureBatch({
        records,
        attributes: 2,
        compress: (plain) =>
          Buffer.concat([Buffer.from([(plain.length & 0x7f) | 0x80, plain.length >> 7, 60 << 2, plain.length - 1]), plain]),
      }),
      fixtureBatch({ records, attributes: 3, compress: (plain) => compressFrameSync(plain) }),
      fixtureBatch({ records, attributes: 4, compress: (plain) => zstdCompressSync(plain) }),
    ];
    for (const bytes of valid) expect(rows(decode(bytes))).toHaveLength(5);
    const mutation = fc.record({ at: fc.nat(), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.constantFrom(...valid), fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.nat(), (bytes, mutations, cut) => {
        const damaged = Buffer.from(bytes);
        for (const { at, value } of mutations) damaged[at % damaged.length] = value;
        const end = cut % 3 === 0 ? cut % damaged.length : damaged.length;
        // Whatever lies around the bytes must not matter: reads outside of them would show as different results.
        const results = [0x00, 0xff].map((around) => {
          const framed = Buffer.concat([Buffer.alloc(16, around), damaged.subarray(0, end), Buffer.alloc(16, around)]);
          const decoder = new RecordBatchDecoder({ checkCrcs: false, maxDecompressedBytes: 1 << 20 });
          const kind = kindOf(() => decoder.nextOffset(framed, 16, 16 + end, 0));
          let result: unknown;
          const decodeKind = kindOf(() => (result = rows(decoder.decode(SOURCE, framed, 16, 16 + end, 0))));
          return JSON.stringify([kind, decodeKind, result]);
        });
        expect(results[0]).toBe(results[1]);
      }),
      { numRuns: 3000 },
    );
  });
});
