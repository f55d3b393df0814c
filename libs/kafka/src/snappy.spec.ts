import { decompressSnappy, SnappyError } from './snappy.ts';

/** "abcdabcdabcd" twice over: a literal of 4, then an overlapping copy. */
const RAW = Buffer.from([24, 3 << 2, 0x61, 0x62, 0x63, 0x64, ((20 - 1) << 2) | 2, 4, 0]);
const TEXT = 'abcd'.repeat(6);

function xerial(...blocks: Buffer[]): Buffer {
  const header = Buffer.from('82534e41505059000000000100000001', 'hex');
  const chunks = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    return [length, block];
  });
  return Buffer.concat([header, ...chunks]);
}

describe('decompressSnappy', () => {
  it('reads a raw block with literals and every kind of copy', () => {
    expect(decompressSnappy(RAW, 100).toString()).toBe(TEXT);
    const oneByteOffset = Buffer.from([8, 3 << 2, 0x61, 0x62, 0x63, 0x64, 0x01, 4]);
    expect(decompressSnappy(oneByteOffset, 100).toString()).toBe('abcdabcd');
    const fourByteOffset = Buffer.from([8, 3 << 2, 0x61, 0x62, 0x63, 0x64, (3 << 2) | 3, 4, 0, 0, 0]);
    expect(decompressSnappy(fourByteOffset, 100).toString()).toBe('abcdabcd');
  });

  it('reads literals longer than 60 bytes', () => {
    const text = 'x'.repeat(300);
    const block = Buffer.concat([Buffer.from([0xac, 0x02, 61 << 2, 299 & 0xff, 299 >> 8]), Buffer.from(text)]);
    expect(decompressSnappy(block, 300).toString()).toBe(text);
  });

  it('reads the xerial frame', () => {
    expect(decompressSnappy(xerial(RAW, RAW), 100).toString()).toBe(TEXT + TEXT);
    expect(decompressSnappy(xerial(), 100)).toHaveLength(0);
  });

  it('refuses what is no snappy and what is larger than allowed', () => {
    const broken = [
      Buffer.alloc(0),
      RAW.subarray(0, 5),
      RAW.subarray(0, RAW.length - 1),
      Buffer.from([4, (3 << 2) | 2, 9, 0]),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
      xerial(RAW).subarray(0, 18),
      xerial(RAW).subarray(0, 24),
    ];
    for (const bytes of broken) expect(() => decompressSnappy(bytes, 1000)).toThrow(SnappyError);
    expect(() => decompressSnappy(RAW, 23)).toThrow('limit of 23 bytes');
    expect(() => decompressSnappy(xerial(RAW, RAW), 47)).toThrow(SnappyError);
  });
});
