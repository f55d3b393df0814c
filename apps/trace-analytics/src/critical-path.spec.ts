import { type HeldSpan, walkCriticalPath } from './critical-path.ts';

const span = (id: string, parent: string | undefined, beginUs: number, endUs: number): HeldSpan => {
  return { id, parent, beginUs, endUs, application: 'app', operation: id, isFailed: false, namesCallee: false };
};

function pathOf(spans: readonly HeldSpan[]): Record<string, number> {
  const path: Record<string, number> = {};
  walkCriticalPath(
    spans[0]!,
    (id) => spans.filter(({ parent }) => parent === id),
    ({ id }, selfUs) => (path[id] = (path[id] ?? 0) + selfUs),
  );
  return path;
}

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
    expect(pathOf(spans)).toEqual({ root: 20, long: 60, short: 10, before: 10 });
  });

  it('goes down, and cuts off what lies outside of the parent', () => {
    const spans = [span('root', undefined, 0, 100), span('a', 'root', 20, 120), span('b', 'a', 60, 200), span('c', 'a', -50, 30)];
    const path = pathOf(spans);
    expect(path).toEqual({ root: 20, a: 30, b: 40, c: 10 });
    expect(Object.values(path).reduce((sum, us) => sum + us, 0)).toBe(100);
  });

  it('does not run for ever on spans that are each other’s parents', () => {
    const loop = [span('root', undefined, 0, 100), span('a', 'root', 0, 100), span('root', 'a', 0, 100)];
    expect(Object.values(pathOf(loop)).reduce((sum, us) => sum + us, 0)).toBe(100);
  });
});
