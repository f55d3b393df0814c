import { randomBytes } from 'node:crypto';
import { IdSet } from './id-set.ts';
import { SeenEvents } from './seen-events.ts';

describe('IdSet', () => {
  it('holds exactly what was added', () => {
    const set = new IdSet();
    const ids = Array.from({ length: 20_000 }, () => randomBytes(24));
    // Ids that differ in one bit only, and the one of nothing but zeros.
    for (let bit = 0; bit < 192; bit++) {
      const id = Buffer.alloc(24);
      id[bit >> 3] = 1 << (bit & 7);
      ids.push(id);
    }
    ids.push(Buffer.alloc(24));
    for (const id of ids) expect(set.add(id, 0)).toBe(true);
    for (const id of ids) expect(set.add(Buffer.concat([Buffer.of(9, 9), id]), 2)).toBe(false);
    expect(set.size).toBe(ids.length);
    expect(set.bytes / set.size).toBeLessThan(100);
  });
});

describe('SeenEvents', () => {
  const id = (n: number): Buffer => Buffer.alloc(24, n);

  it('knows an event again for as long as its window is open', () => {
    const seen = new SeenEvents({ sliceMs: 10, maxIds: 100 });
    expect(seen.add(id(1), 0, 5, 100)).toBe('new');
    expect(seen.add(id(2), 0, 6, 50)).toBe('new');
    seen.passTo(99);
    expect(seen.add(id(2), 0, 6, 50)).toBe('repeated');
    seen.passTo(100);
    expect(seen.size).toBe(0);
  });

  it('forgets the oldest when there are too many, and counts none of that time any more', () => {
    const seen = new SeenEvents({ sliceMs: 10, maxIds: 3 });
    for (const [n, eventMs] of [
      [1, 5],
      [2, 25],
      [3, 6],
    ] as const)
      expect(seen.add(id(n), 0, eventMs, 1000)).toBe('new');
    expect(seen.add(id(4), 0, 26, 1000)).toBe('new');
    expect([seen.forgottenMs, seen.size]).toEqual([10, 2]);
    expect(seen.add(id(1), 0, 5, 1000)).toBe('forgotten');
    expect(seen.add(id(5), 0, 9, 1000)).toBe('forgotten');
    expect(seen.add(id(2), 0, 25, 1000)).toBe('repeated');
    expect(seen.add(id(6), 0, 10, 1000)).toBe('new');
  });
});
