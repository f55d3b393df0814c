import type { SpanFacts } from './span-columns.ts';
import { spanOf } from './span-fixture.ts';
import type { TraceListener } from './trace-listener.ts';
import { TraceTable } from './trace-table.ts';

const span = (name: string, parent: string | undefined, beginUs: number, endUs: number): SpanFacts =>
  spanOf(name, parent, { beginUs, endUs });

/** By way of the trace table, which links the children. */
function pathOf(spans: readonly SpanFacts[]): Record<string, number> {
  const path: Record<string, number> = {};
  const table = new TraceTable({ windowMs: 0, maxSpans: 100_000 }, { early: 0 });
  const listener: TraceListener = {
    onCall: () => undefined,
    onPath: (columns, _root, at, selfUs) => (path[columns.operation(at)] = (path[columns.operation(at)] ?? 0) + selfUs),
  };
  for (const one of spans) table.add(0, 1, one, 0, 0, listener);
  table.tell(0, listener);
  return path;
}

const sumOf = (path: Record<string, number>): number => Object.values(path).reduce((sum, us) => sum + us, 0);

describe('the critical path', () => {
  it('of spans one after the other is all of them', () => {
    expect(pathOf([span('root', undefined, 0, 100), span('a', 'root', 10, 40), span('b', 'root', 50, 90)])).toEqual({
      root: 30,
      a: 30,
      b: 40,
    });
  });

  it('of spans beside each other is the one that ends last', () => {
    const spans = [
      span('root', undefined, 0, 100),
      span('short', 'root', 10, 50),
      span('long', 'root', 20, 80),
      span('before', 'root', 0, 15),
    ];
    const expected = { root: 20, long: 60, short: 10, before: 10 };
    expect(pathOf(spans)).toEqual(expected);
    expect(pathOf(spans.reverse())).toEqual(expected);
  });

  it('goes down, and cuts off what lies outside of the parent', () => {
    const spans = [span('root', undefined, 0, 100), span('a', 'root', 20, 120), span('b', 'a', 60, 200), span('c', 'a', -50, 30)];
    const path = pathOf(spans);
    expect(path).toEqual({ root: 20, a: 30, b: 40, c: 10 });
    expect(sumOf(path)).toBe(100);
  });

  it('does not run for ever on spans that are each other’s parents, or their own', () => {
    const loop = [span('root', undefined, 0, 100), span('a', 'root', 0, 100), span('root', 'a', 0, 100), span('c', 'c', 0, 100)];
    expect(sumOf(pathOf(loop))).toBe(100);
  });

  it('of a trace of many spans is the same whatever their order', () => {
    const spans = [span('root', undefined, 0, 5000)];
    for (let i = 0; i < 400; i++) spans.push(span(`s${i}`, i % 3 === 0 ? 'root' : `s${i - 1}`, i * 10, i * 10 + 15));
    const path = pathOf(spans);
    expect(sumOf(path)).toBe(5000);
    expect(Object.keys(path).length).toBeGreaterThan(200);
    expect(pathOf([...spans].reverse())).toEqual(path);
  });

  it('goes no deeper than it can, and loses no time', () => {
    const chain = Array.from({ length: 1000 }, (_, i) => span(`d${i}`, i === 0 ? undefined : `d${i - 1}`, i, 10_000));
    expect(sumOf(pathOf(chain))).toBe(10_000);
  });
});
