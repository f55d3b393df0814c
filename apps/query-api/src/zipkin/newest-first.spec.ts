import { type IndexRow, newestFirst, type ReadPage } from './newest-first.ts';

/** A partition of the index that gives two rows at a time, and counts its reads. */
function partition(reads: { count: number }, begins: readonly number[], at = 0): ReadPage {
  return () => {
    reads.count++;
    const rows = begins.slice(at, at + 2).map((began) => ({ began: BigInt(began), traceId: String(began) }));
    return Promise.resolve({ rows, next: at + 2 < begins.length ? partition(reads, begins, at + 2) : undefined });
  };
}

async function all(pages: AsyncGenerator<IndexRow[]>): Promise<number[]> {
  const begins: number[] = [];
  for await (const rows of pages) begins.push(...rows.map(({ began }) => Number(began)));
  return begins;
}

describe('newestFirst', () => {
  it('merges partitions of any length into one order', async () => {
    const lists = [[90, 80, 70, 60, 50], [95, 10], [], [85, 84, 83, 82, 81, 5]];
    const reads = { count: 0 };
    const merged = await all(
      newestFirst(
        lists.map((list) => partition(reads, list)),
        2,
      ),
    );
    expect(merged).toEqual(lists.flat().sort((a, b) => b - a));
    expect(reads.count).toBe(3 + 1 + 1 + 3);
  });

  it('reads no further back than it is asked for', async () => {
    const reads = { count: 0 };
    const busy = partition(
      reads,
      Array.from({ length: 1000 }, (_, i) => 2000 - i),
    );
    const first = await newestFirst([busy, partition(reads, [1999, 1])], 8).next();
    expect((first.value as IndexRow[]).map(({ began }) => Number(began))).toEqual([2000, 1999, 1999]);
    expect(reads.count).toBe(2);
  });

  it('goes on behind a page without rows', async () => {
    const reads = { count: 0 };
    const hollow: ReadPage = () => Promise.resolve({ rows: [], next: partition(reads, [100, 3]) });
    expect(await all(newestFirst([hollow, partition(reads, [50, 40, 30])], 8))).toEqual([100, 50, 40, 30, 3]);
  });
});
