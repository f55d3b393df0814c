import { SeriesTable } from './series-table.ts';

describe('SeriesTable', () => {
  it('gives each series a key of its own, and the same again, whatever their hashes are', () => {
    const table = new SeriesTable(1000, 60_000);
    const names = ['a', 'b', 'c'];
    const all = names.flatMap((a) => names.flatMap((b) => names.map((c) => [a, b, c] as const)));
    const keys = all.map(([a, b, c], i) => table.requests(a, b, 'kind', c, i % 2, 1000)!.key);
    expect(new Set(keys).size).toBe(all.length);
    for (const [i, [a, b, c]] of all.entries()) expect(table.requests(a, b, 'kind', c, 0, 1000)!.key).toBe(keys[i]);
    expect(table.size).toBe(all.length);
  });

  it('makes room for new series once old ones have expired, and finds these no more', () => {
    const table = new SeriesTable(2, 60_000);
    const find = (host: string, timeMs: number): string | undefined => table.requests('app', 'GET', 'kind', host, 7, timeMs)?.key;
    expect([find('a', 0), find('b', 50_000), find('c', 50_001)].map((key) => key !== undefined)).toEqual([true, true, false]);
    expect(find('c', 60_001)).toBeDefined();
    expect([table.size, find('a', 60_002)]).toEqual([2, undefined]);
    expect([find('b', 60_003), find('c', 60_003)].every((key) => key !== undefined)).toBe(true);
  });

  it('has a series for what has no room, for calls, replicas and paths', () => {
    const table = new SeriesTable(1, 60_000);
    const keys = [table.others('a'), table.calls('a', 'b'), table.calls('b', 'a'), table.replicas('a'), table.path('a', 'b')].map(
      ({ key }) => key,
    );
    expect(new Set(keys).size).toBe(5);
    expect(table.calls('a', 'b')).toBe(table.calls('a', 'b'));
  });
});
