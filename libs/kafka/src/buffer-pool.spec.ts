import { BufferPool } from './buffer-pool.ts';

describe('BufferPool', () => {
  it('gives the smallest of its sizes that is enough', () => {
    const pool = new BufferPool(262_144, 1 << 20);
    expect([1, 16_384, 16_385, 65_537, 262_144].map((bytes) => pool.take(bytes).length)).toEqual([
      16_384, 16_384, 65_536, 262_144, 262_144,
    ]);
  });

  it('gives a buffer again that came back', () => {
    const pool = new BufferPool(65_536, 1 << 20);
    const buffer = pool.take(20_000);
    pool.give(buffer);
    expect(pool.take(30_000)).toBe(buffer);
    expect(pool.take(30_000)).not.toBe(buffer);
  });

  it('keeps no more than it was told, and nothing of other sizes', () => {
    const pool = new BufferPool(65_536, 65_536);
    const [one, two, odd] = [pool.take(65_536), pool.take(65_536), pool.take(100_000)];
    expect(odd.length).toBe(100_000);
    for (const buffer of [one, two, odd]) pool.give(buffer);
    expect(pool.take(65_536)).toBe(one);
    expect([two, odd]).not.toContain(pool.take(65_536));
  });

  it('works below the smallest usual size', () => {
    expect(new BufferPool(2048, 4096).take(100).length).toBe(2048);
  });
});
