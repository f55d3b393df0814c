import { placeSpans, type Span, spanOf } from './span-tree.ts';
import { drawWaterfall } from './waterfall.ts';

const span = (spanId: string, parentSpanId: string | undefined, beginUs: number, durationUs: number, more: Partial<Span> = {}): Span => ({
  spanId,
  parentSpanId,
  service: 'front',
  operation: spanId,
  beginUs,
  durationUs,
  isError: false,
  ...more,
});

it('reads a span of /trace, its time to the microsecond', () => {
  expect(
    spanOf({
      spanId: 'b',
      parentSpanId: '00000000-0000-0000-0000-000000000000',
      beginTimestamp: '1970-01-01T02:00:01.123456700+02:00',
      endTimestamp: '1970-01-01T00:00:02.000000000Z',
      annotations: { application: 'shop', operation: 'GET /', http: { response: { code: 503 } } },
    }),
  ).toEqual({
    spanId: 'b',
    parentSpanId: undefined,
    service: 'shop',
    operation: 'GET /',
    beginUs: 1_123_456,
    durationUs: 876_544,
    isError: true,
  });
  expect(spanOf({ spanId: 'a' })).toBeUndefined();
});

it('puts children behind their parents by their begin', () => {
  const placed = placeSpans([span('c', 'a', 30, 5), span('d', 'b', 15, 1), span('a', undefined, 0, 100), span('b', 'a', 10, 50)]);
  expect(placed.map(({ spanId, depth }) => [spanId, depth])).toEqual([
    ['a', 0],
    ['b', 1],
    ['d', 2],
    ['c', 1],
  ]);
});

it('loses no span to a lost parent or a cycle, and ends', () => {
  const placed = placeSpans([span('x', 'gone', 5, 1), span('p', 'q', 0, 1), span('q', 'p', 1, 1), span('s', 's', 2, 1)]);
  expect(placed.map(({ spanId }) => spanId).sort()).toEqual(['p', 'q', 's', 'x']);
  expect(placed.filter(({ isOrphan }) => isOrphan).map(({ spanId }) => spanId)).toEqual(['x', 'p', 's']);
});

it('draws bars at their times within the terminal', () => {
  const spans = placeSpans([span('a', undefined, 0, 1000), span('b', 'a', 500, 500, { isError: true, service: 'cart' })]);
  const [first, second] = drawWaterfall(spans, 60).split('\n');
  expect(first).toBe(`front a       1.00ms  ${'━'.repeat(38)}`);
  expect(second).toContain('! cart b');
  expect(second!.indexOf('━')).toBeGreaterThan(first!.indexOf('━') + 15);
  for (const line of [first!, second!]) expect(line.length).toBeLessThanOrEqual(60);
});

it.each([30, 40, 80, 200])('no line is longer than %d columns, whatever the names', (columns) => {
  let parent: string | undefined;
  const spans = Array.from({ length: 50 }, (_, i) => {
    const made = span(`s${i}`, parent, i * 10, 0, { operation: 'x'.repeat(i * 5) });
    parent = made.spanId;
    return made;
  });
  for (const line of drawWaterfall(placeSpans(spans), columns).split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
});

it('draws nothing of nothing', () => expect(drawWaterfall([], 80)).toBe(''));
