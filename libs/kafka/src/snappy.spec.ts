import { decompressSnappy } from './snappy.ts';

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
  it('reads a raw block', () => {
    expect(decompressSnappy(RAW, 100).toString()).toBe(TEXT);
  });

  it('reads the xerial frame', () => {
    expect(decompressSnappy(xerial(RAW, RAW), 100).toString()).toBe(TEXT + TEXT);
    expect(decompressSnappy(xerial(), 100)).toHaveLength(0);
  });

  it('refuses what is no snappy and what is larger than allowed', () => {
    const broken = [Buffer.alloc(0), RAW.subarray(0, RAW.length - 1), xerial(RAW).subarray(0, 18), xerial(RAW).subarray(0, 24)];
    for (const bytes of broken) {
      expect(() => decompressSnappy(bytes, 1000)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
    for (const bytes of [RAW, xerial(RAW, RAW)]) {
      expect(() => decompressSnappy(bytes, 23)).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }));
    }
  });
});
