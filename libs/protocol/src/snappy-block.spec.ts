import fc from 'fast-check';
import { HerculesError } from './errors.ts';
import { decompressSnappyBlock } from './snappy-block.ts';
import { anyMutations, mutate } from './testing/event-arbitraries.ts';

/** "abcd" six times: a literal of 4, then an overlapping copy. */
const BLOCK = Buffer.from([24, 3 << 2, 0x61, 0x62, 0x63, 0x64, ((20 - 1) << 2) | 2, 4, 0]);
const PLAIN = 'abcd'.repeat(6);

describe('decompressSnappyBlock', () => {
  it('reads literals and every kind of copy', () => {
    expect(decompressSnappyBlock(BLOCK, 100).toString()).toBe(PLAIN);
    const oneByteOffset = Buffer.from([8, 3 << 2, 0x61, 0x62, 0x63, 0x64, 0x01, 4]);
    expect(decompressSnappyBlock(oneByteOffset, 100).toString()).toBe('abcdabcd');
    const fourByteOffset = Buffer.from([8, 3 << 2, 0x61, 0x62, 0x63, 0x64, (3 << 2) | 3, 4, 0, 0, 0]);
    expect(decompressSnappyBlock(fourByteOffset, 100).toString()).toBe('abcdabcd');
  });

  it('reads literals longer than 60 bytes', () => {
    const text = 'x'.repeat(300);
    const block = Buffer.concat([Buffer.from([0xac, 0x02, 61 << 2, 299 & 0xff, 299 >> 8]), Buffer.from(text)]);
    expect(decompressSnappyBlock(block, 300).toString()).toBe(text);
  });

  it('reads a block without bytes', () => {
    expect(decompressSnappyBlock(Buffer.from([0]), 0)).toHaveLength(0);
  });

  it.each([
    ['nothing at all', ''],
    ['a literal that is cut off', '180c6162'],
    ['a block that is cut off', '180c616263644e04'],
    ['a copy from before the start', '040e0900'],
    ['an offset of 0', '080c6162636401 00'],
    ['a length that never ends', 'ffffffffff0f'],
    ['a literal length that is cut off', '04f0'],
    ['more than was announced', '030c61626364'],
    ['less than was announced', '050c61626364'],
  ])('refuses %s', (_, hex) => {
    expect(() => decompressSnappyBlock(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 1000)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('refuses by the announced length, before it asks for memory', () => {
    expect(() => decompressSnappyBlock(BLOCK, 23)).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }));
    const lie = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    expect(() => decompressSnappyBlock(lie, 2 ** 32)).toThrow('4294967295 plain bytes cannot come from 6');
  });

  it('throws errors of the family for damaged blocks, and never gives out more than announced', () => {
    fc.assert(
      fc.property(anyMutations, (mutations) => {
        try {
          expect(decompressSnappyBlock(mutate(BLOCK, mutations), 1000).length).toBeLessThanOrEqual(1000);
        } catch (error) {
          expect(error).toBeInstanceOf(HerculesError);
        }
      }),
    );
  });
});
