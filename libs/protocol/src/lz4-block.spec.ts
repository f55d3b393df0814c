import fc from 'fast-check';
import { HerculesError } from './errors.ts';
import { compressLz4Block, decompressLz4Block } from './lz4-block.ts';
import { anyMutations, mutate } from './testing/event-arbitraries.ts';

const PLAIN = Buffer.from('hello '.repeat(100));

describe('LZ4 blocks', () => {
  it('go there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(50), (bytes, repeats) => {
        const plain = Buffer.concat(Array.from({ length: repeats }, () => bytes));
        expect(decompressLz4Block(compressLz4Block(plain), plain.length).equals(plain)).toBe(true);
      }),
    );
  });

  it('may expand to fewer bytes than declared, never to more', () => {
    const block = compressLz4Block(PLAIN);
    expect(decompressLz4Block(block, PLAIN.length + 1000)).toEqual(PLAIN);
    for (const declared of [0, 1, PLAIN.length - 1]) {
      expect(() => decompressLz4Block(block, declared)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
  });

  it('reserves memory by what the block can hold, not by what is declared', () => {
    const before = process.memoryUsage().external;
    const kept = Array.from({ length: 20 }, () => decompressLz4Block(compressLz4Block(Buffer.from('x')), 0xffff_ffff));
    expect(kept.every((plain) => plain.toString() === 'x')).toBe(true);
    expect(process.memoryUsage().external - before).toBeLessThan(10_000_000);
  });

  it('expands to 255 times its size at the most, and that is enough', () => {
    const zeros = Buffer.alloc(5_000_000);
    const block = compressLz4Block(zeros);
    expect(zeros.length / block.length).toBeGreaterThan(250);
    expect(decompressLz4Block(block, zeros.length).equals(zeros)).toBe(true);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 32])('refuses the declared length %d', (declared) => {
    expect(() => decompressLz4Block(compressLz4Block(PLAIN), declared)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('is INVALID_ARGUMENT or within the declared length, whatever the bytes', () => {
    const blocks = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.string({ maxLength: 200 }), anyMutations)
        .map(([text, mutations]) => mutate(compressLz4Block(Buffer.from(text.repeat(3))), mutations)),
    );
    fc.assert(
      fc.property(blocks, fc.nat(700), (block, declared) => {
        try {
          expect(decompressLz4Block(block, declared).length).toBeLessThanOrEqual(declared);
        } catch (error) {
          if (!(error instanceof HerculesError)) throw error;
          expect(error.code).toBe('INVALID_ARGUMENT');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
