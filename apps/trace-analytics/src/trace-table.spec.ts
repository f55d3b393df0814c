import { spanOf } from './span-fixture.ts';
import type { SpanFacts } from './span-columns.ts';
import type { TraceListener } from './trace-listener.ts';
import { TraceTable } from './trace-table.ts';

function setUp(maxSpans = 1000) {
  const counters = { early: 0 };
  const table = new TraceTable({ windowMs: 10_000, maxSpans }, counters);
  let told: string[] = [];
  const listener: TraceListener = {
    onCall: (spans, caller, callee, offset) => void told.push(`${spans.application(caller)} calls ${spans.application(callee)} @${offset}`),
    onPath: (spans, root, at, selfUs) => void told.push(`${spans.operation(root)}: ${spans.operation(at)} ${selfUs}`),
  };
  const taken = (): string[] => {
    const list = told;
    told = [];
    return list;
  };
  const add = (trace: number, span: SpanFacts, endMs: number, offset: number): string[] => {
    table.add(0, trace, span, endMs, offset, listener);
    return taken();
  };
  const tell = (watermarkMs: number): string[] => {
    table.tell(watermarkMs, listener);
    return taken();
  };
  return { table, counters, add, tell };
}

describe('TraceTable', () => {
  it('tells calls at once, in whatever order their spans come, and critical paths once the time of the trace is up', () => {
    const { table, add, tell } = setUp();
    expect(add(1, spanOf('b', 'a', { application: 'cart' }), 5000, 7)).toEqual([]);
    expect(add(1, spanOf('a', undefined, { application: 'front' }), 9000, 9)).toEqual(['front calls cart @7']);
    expect(add(1, spanOf('c', 'b', { application: 'stock', endUs: 500 }), 9000, 10)).toEqual(['cart calls stock @7']);
    expect([tell(14_999), table.firstOffset]).toEqual([[], 7]);
    expect(tell(15_000)).toEqual(['a: c 500', 'a: b 500', 'a: a 0']);
    expect([tell(99_999), table.firstOffset]).toEqual([[], Infinity]);
  });

  it('tells no call within an application, of an unknown parent, or that the caller has named', () => {
    const { add, tell } = setUp();
    expect(add(1, spanOf('a', 'unknown'), 0, 0)).toEqual([]);
    expect(add(1, spanOf('b', 'a', { namesCallee: true }), 0, 1)).toEqual([]);
    expect(add(1, spanOf('c', 'b', { application: 'cart' }), 0, 2)).toEqual([]);
    expect(add(2, spanOf('d', 'c', { application: 'stock' }), 0, 2)).toEqual([]);
    expect(tell(10_000)).toEqual([]);
  });

  it('tells each call of a trace of very many spans once', () => {
    const { add, tell } = setUp();
    const told: string[] = [];
    for (let i = 300; i > 0; i--) told.push(...add(1, spanOf(`${i}`, i === 1 ? undefined : `${i - 1}`, { application: `a${i}` }), 0, i));
    expect(told.length).toBeGreaterThan(90);
    told.push(...tell(10_000).filter((line) => line.includes('calls')));
    expect(told.sort()).toEqual(Array.from({ length: 299 }, (_, i) => `a${i + 1} calls a${i + 2} @300`).sort());
  });

  it('tells the oldest early when too many spans are held', () => {
    const { table, counters, add, tell } = setUp(2);
    for (const [i, name] of ['x', 'y', 'z'].entries()) add(i, spanOf(name, undefined), i, i);
    expect(tell(0)).toEqual(['x: x 1000']);
    expect([counters.early, table.firstOffset]).toEqual([1, 1]);
  });
});
