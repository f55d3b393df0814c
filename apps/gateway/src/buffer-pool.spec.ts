import { BufferPool } from './buffer-pool.ts';

describe('BufferPool', () => {
  it.each([
    [1, 16_384],
    [16_384, 16_384],
    [16_385, 32_768],
    [316_000, 524_288],
    [8_388_608, 8_388_608],
  ])('gives at least %d bytes', (bytes, size) => {
    expect(new BufferPool(0).take(bytes)).toHaveLength(size);
  });

  it('gives a returned buffer again', () => {
    const pool = new BufferPool(1_000_000);
    const first = pool.take(20_000);
    const second = pool.take(20_000);
    expect(second).not.toBe(first);
    pool.give(first);
    expect(pool.keptBytes).toBe(32_768);
    expect(pool.take(30_000)).toBe(first);
    expect(pool.keptBytes).toBe(0);
  });

  it('keeps no more than its bound', () => {
    const pool = new BufferPool(40_000);
    const [first, second] = [pool.take(20_000), pool.take(20_000)];
    pool.give(first);
    pool.give(second);
    expect(pool.keptBytes).toBe(32_768);
    expect(pool.take(20_000)).toBe(first);
    expect(pool.take(20_000)).not.toBe(second);
  });
});
