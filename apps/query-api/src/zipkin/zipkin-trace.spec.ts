import { encodeEvent, tag, type Value } from '@hercules/protocol';
import { zipkinTrace } from './zipkin-trace.ts';

const TRACE = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736';
const PARENT = '00f067aa-0ba9-02b7-0000-000000000000';
const SPAN = '53995c3f-42cd-8ad8-0000-000000000000';
const BEGIN = 17_000_000_000_000_000n;

function event(annotations: Parameters<typeof tag.container>[0], more: Readonly<Record<string, Value>> = {}): Buffer {
  const payload = new Map<string, Value>(
    Object.entries({
      traceId: tag.uuid(TRACE),
      spanId: tag.uuid(SPAN),
      parentSpanId: tag.uuid(PARENT),
      beginTimestampUtc: tag.long(BEGIN),
      endTimestampUtc: tag.long(BEGIN + 1_000_000n),
      annotations: tag.container(annotations),
      ...more,
    }),
  );
  return encodeEvent({ version: 1, timestamp: BEGIN, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload });
}
const one = (...parameters: Parameters<typeof event>) => zipkinTrace([event(...parameters)])[0]!;

describe('zipkinTrace', () => {
  it('gives a client span the service it called', () => {
    const span = one({
      kind: tag.string('http-request-client'),
      application: tag.string('front'),
      operation: tag.string('GET /cart'),
      'http.client.name': tag.string('cart'),
      'http.request.method': tag.string('GET'),
      'http.request.url': tag.string('http://cart:80/cart?id=1'),
      'http.response.code': tag.integer(200),
    });
    expect(span).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      id: '53995c3f42cd8ad8',
      parentId: '00f067aa0ba902b7',
      kind: 'CLIENT',
      name: 'GET /cart',
      timestamp: 1_700_000_000_000_000,
      duration: 100_000,
      localEndpoint: { serviceName: 'front' },
      remoteEndpoint: { serviceName: 'cart' },
      tags: {
        'http.client.name': 'cart',
        'http.request.method': 'GET',
        'http.method': 'GET',
        'http.request.url': 'http://cart:80/cart?id=1',
        'http.url': 'http://cart:80/cart?id=1',
        'http.path': '/cart',
        'http.response.code': '200',
        'http.status_code': '200',
      },
    });
  });

  it.each([
    ['http-request-server', 'SERVER'],
    ['queue-producer', 'PRODUCER'],
    ['queue-consumer', 'CONSUMER'],
    ['custom-operation', undefined],
  ])('takes %s for %s', (kind, expected) => expect(one({ kind: tag.string(kind) }).kind).toBe(expected));

  it('writes every other annotation as text', () => {
    const { tags } = one({
      big: tag.long(2n ** 60n),
      flag: tag.flag(false),
      list: tag.vector('integer', [1, 2]),
      deep: tag.container({ id: tag.uuid(TRACE), n: tag.null() }),
    });
    expect(tags).toEqual({ big: '1152921504606846976', flag: 'false', list: '[1,2]', deep: `{"id":"${TRACE}","n":null}` });
  });

  it('gives back what a span of Zipkin has beside its annotations', () => {
    const span = one(
      { kind: tag.string('producer'), application: tag.string('front'), targetService: tag.string('queue') },
      {
        events: tag.vector('container', [
          new Map<string, Value>([
            ['timestamp', tag.long(BEGIN + 10n)],
            ['name', tag.string('ws')],
          ]),
          new Map<string, Value>([['name', tag.string('at no time')]]),
        ]),
        localEndpoint: tag.container({ ipv4: tag.string('10.0.0.1'), port: tag.integer(80) }),
        remoteEndpoint: tag.container({ serviceName: tag.string('queue'), ipv6: tag.string('::1') }),
        debug: tag.flag(true),
      },
    );
    expect(span).toMatchObject({
      localEndpoint: { serviceName: 'front', ipv4: '10.0.0.1', port: 80 },
      remoteEndpoint: { serviceName: 'queue', ipv6: '::1' },
      annotations: [{ timestamp: 1_700_000_000_000_001, value: 'ws' }],
      debug: true,
    });
    expect(span.tags).toEqual({});
  });

  it('gives both halves of a shared span one id, and each its own parent', () => {
    const client = event({ kind: tag.string('http-request-client') });
    const server = event(
      { kind: tag.string('http-request-server') },
      {
        spanId: tag.uuid(SPAN.replace(/0$/, '1')),
        parentSpanId: tag.uuid(SPAN),
        sharedParentSpanId: tag.uuid(PARENT),
        shared: tag.flag(true),
      },
    );
    const ids = zipkinTrace([server, client]).map(({ id, parentId, shared }) => [id, parentId, shared]);
    expect(ids).toEqual([
      ['53995c3f42cd8ad8', '00f067aa0ba902b7', true],
      ['53995c3f42cd8ad8', '00f067aa0ba902b7', undefined],
    ]);
  });

  it('marks a failure by the tag error', () => {
    expect(one({ status: tag.string('error') }).tags['error']).toBe('error');
    expect(one({ status: tag.string('error'), error: tag.string('no route') }).tags['error']).toBe('no route');
    expect(one({ 'http.response.code': tag.integer(503) }).tags['error']).toBe('503');
    expect(one({ status: tag.string('success') }).tags).not.toHaveProperty('error');
  });

  it('leaves out what is not known: parent, duration, name', () => {
    const nil = tag.uuid('00000000-0000-0000-0000-000000000000');
    const span = one({}, { parentSpanId: nil, endTimestampUtc: tag.long(BEGIN - 1n) });
    expect(Object.keys(span).sort()).toEqual(['id', 'localEndpoint', 'tags', 'timestamp', 'traceId']);
    expect(span.localEndpoint.serviceName).toBe('unknown');
  });

  it('gives a span that took less than a µs one', () => {
    expect(one({}, { endTimestampUtc: tag.long(BEGIN + 3n) }).duration).toBe(1);
  });

  it('leaves out what is no span', () => expect(zipkinTrace([event({}, { spanId: tag.string('x') })])).toEqual([]));

  it('takes no key for a special one', () => {
    const keys = ['constructor', 'toString', '__proto__'];
    const { tags } = one(new Map(keys.map((key) => [key, tag.string(key)])));
    expect(Object.entries(tags).sort()).toEqual(keys.map((key) => [key, key]).sort());
  });

  it('leaves out what cannot be read, and nothing else', () => {
    let deep = tag.integer(1);
    for (let i = 0; i < 70; i++) deep = tag.container({ deep });
    const unreadable = encodeEvent(
      {
        version: 1,
        timestamp: BEGIN,
        uuid: TRACE,
        payload: new Map([
          ['traceId', tag.uuid(TRACE)],
          ['spanId', tag.uuid(PARENT)],
          ['annotations', deep],
        ]),
      },
      { maxDepth: 1000 },
    );
    expect(zipkinTrace([unreadable, event({})]).map(({ id }) => id)).toEqual(['53995c3f42cd8ad8']);
  });
});
