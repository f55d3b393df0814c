import { matchesQuery, parseAnnotationQuery, type TraceQuery } from './trace-query.ts';
import type { ZipkinSpan } from './zipkin-span.ts';

const span = (serviceName: string, more: Partial<ZipkinSpan> = {}): ZipkinSpan => ({
  traceId: '1'.padStart(32, '0'),
  id: '1'.padStart(16, '0'),
  timestamp: 1,
  localEndpoint: { serviceName },
  tags: {},
  ...more,
});
const query = (more: Partial<TraceQuery>): TraceQuery => ({ annotations: [], endTs: 1, lookback: 1, limit: 10, ...more });

describe('parseAnnotationQuery', () => {
  it('reads keys, and keys with values that may hold an equals sign', () => {
    expect(parseAnnotationQuery('error and  http.url=/a?b=c ')).toEqual([{ key: 'error' }, { key: 'http.url', value: '/a?b=c' }]);
  });

  it.each(['', '  ', ' and '])('takes %j for nothing', (text) => expect(parseAnnotationQuery(text)).toEqual([]));
});

describe('matchesQuery', () => {
  const trace = [
    span('front', { name: 'GET /', duration: 50, remoteEndpoint: { serviceName: 'cart' }, tags: { 'http.method': 'GET' } }),
    span('cart', { name: 'GET /cart', duration: 20, tags: { error: 'timeout' } }),
  ];

  it.each<[Partial<TraceQuery>, boolean]>([
    [{}, true],
    [{ serviceName: 'front' }, true],
    [{ serviceName: 'nobody' }, false],
    [{ serviceName: 'front', spanName: 'GET /' }, true],
    [{ serviceName: 'front', spanName: 'GET /cart' }, false],
    [{ remoteServiceName: 'cart' }, true],
    [{ serviceName: 'cart', remoteServiceName: 'cart' }, false],
    [{ annotations: [{ key: 'error' }] }, true],
    [{ serviceName: 'front', annotations: [{ key: 'error' }] }, false],
    [{ annotations: [{ key: 'error' }, { key: 'http.method', value: 'GET' }] }, true],
    [{ annotations: [{ key: 'http.method', value: 'POST' }] }, false],
    [{ annotations: [{ key: 'toString' }] }, false],
    [{ minDuration: 50 }, true],
    [{ minDuration: 51 }, false],
    // One span must have the duration, not one more and another less.
    [{ minDuration: 21, maxDuration: 49 }, false],
    [{ serviceName: 'cart', minDuration: 20, maxDuration: 20 }, true],
  ])('%j: %s', (more, isMatch) => expect(matchesQuery(trace, query(more))).toBe(isMatch));

  it('takes a span without a duration for neither long nor short', () => {
    expect(matchesQuery([span('front')], query({ minDuration: 1 }))).toBe(false);
  });
});
