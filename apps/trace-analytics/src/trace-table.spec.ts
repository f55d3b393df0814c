import type { HeldSpan } from './critical-path.ts';
import { TraceTable } from './trace-table.ts';

const span = (id: string, parent: string | undefined, application: string, more: Partial<HeldSpan> = {}): HeldSpan => {
  return { id, parent, beginUs: 0, endUs: 1000, application, operation: id, isFailed: false, namesCallee: false, ...more };
};

function setUp(maxSpans = 100) {
  const counters = { early: 0 };
  const table = new TraceTable({ windowMs: 10_000, maxSpans }, counters);
  const told: string[] = [];
  const tell = (watermarkMs: number): string[] => {
    told.length = 0;
    table.tell(watermarkMs, {
      onCall: (caller, callee, offset) => void told.push(`${caller.application} calls ${callee.application} @${offset}`),
      onPath: (root, { operation }, selfUs) => void told.push(`${root.id}: ${operation} ${selfUs}`),
    });
    return [...told];
  };
  return { table, counters, tell };
}

describe('TraceTable', () => {
  it('tells of a trace once its time is up', () => {
    const { table, tell } = setUp();
    table.add('t', span('b', 'a', 'cart'), 5000, 7);
    table.add('t', span('a', undefined, 'front'), 9000, 9);
    expect([tell(14_999), table.firstOffset]).toEqual([[], 7]);
    expect(tell(15_000)).toEqual(['front calls cart @7', 'a: b 1000', 'a: a 0']);
    expect([tell(99_999), table.firstOffset]).toEqual([[], Infinity]);
  });

  it('tells no call within an application, of an unknown parent, or that the caller has named', () => {
    const { table, tell } = setUp();
    table.add('t', span('a', 'unknown', 'front'), 0, 0);
    table.add('t', span('b', 'a', 'front', { namesCallee: true }), 0, 1);
    table.add('t', span('c', 'b', 'cart'), 0, 2);
    expect(tell(10_000)).toEqual([]);
  });

  it('tells the oldest early when too many spans are held', () => {
    const { table, counters, tell } = setUp(2);
    for (const [i, id] of ['x', 'y', 'z'].entries()) table.add(id, span(id, undefined, 'front'), i, i);
    expect(tell(0)).toEqual(['x: x 1000']);
    expect([counters.early, table.firstOffset]).toEqual([1, 1]);
  });
});
