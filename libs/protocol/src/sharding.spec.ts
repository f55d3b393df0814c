import { logicalShard, timetrapOffset } from './sharding.ts';

describe('logicalShard', () => {
  it('deals the partitions out', () => {
    expect(logicalShard(5, 0, 2)).toEqual([0, 2, 4]);
    expect(logicalShard(5, 1, 2)).toEqual([1, 3]);
    expect(logicalShard(2, 1, 5)).toEqual([1]);
    expect(logicalShard(2, 4, 5)).toEqual([]);
  });

  it.each([
    [0, 0],
    [2, 2],
    [-1, 2],
    [0, -1],
    [Number.NaN, 1],
  ])('refuses reader %d of %d', (index, count) => {
    expect(() => logicalShard(5, index, count)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('timetrapOffset', () => {
  it('rounds down to the start of the bucket', () => {
    expect(timetrapOffset(99_999_999n, 1000)).toBe(9000);
    expect(timetrapOffset(100_000_000n, 1000)).toBe(10_000);
    expect(timetrapOffset(0n, 5000)).toBe(0);
  });
});
