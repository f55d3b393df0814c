import { randomBytes } from 'node:crypto';
import { msToTicks, tag } from '@hercules/protocol';
import { freePort, waitUntil } from '@hercules/service/testing';
import { z } from 'zod';
import { QueryStand } from './support/query-stand.ts';
import { spanEvent, type SpanOptions, SpanStore } from './support/span-store.ts';

jest.setTimeout(120_000);

const hex64 = z.string().regex(/^[0-9a-f]{16}$/);
const endpoint = z.strictObject({ serviceName: z.string() });
/** A span of Zipkin's API v2, strictly. */
const zipkinSpan = z.strictObject({
  traceId: z.string().regex(/^([0-9a-f]{16}|[0-9a-f]{32})$/),
  id: hex64,
  parentId: hex64.optional(),
  kind: z.enum(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']).optional(),
  name: z.string().optional(),
  timestamp: z.int().positive(),
  duration: z.int().positive().optional(),
  localEndpoint: endpoint,
  remoteEndpoint: endpoint.optional(),
  tags: z.record(z.string(), z.string()),
});
type Span = z.infer<typeof zipkinSpan>;

const uuid = (hex = randomBytes(16).toString('hex')) =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
/** A span id of 64 bits, as W3C has it. */
const shortId = () => uuid(`${randomBytes(8).toString('hex')}${'0'.repeat(16)}`);

describe('traces', () => {
  const stand = new QueryStand();
  const store = new SpanStore(stand.cassandra, stand.keyspace);
  const now = Date.now();
  const span = (options: SpanOptions) => spanEvent(stand.event(), options);
  const json = async <T>(path: string): Promise<T> => {
    const { status, headers, body } = await stand.ask(path);
    expect([status, headers['content-type'], headers['content-length']]).toEqual([200, 'application/json', String(body.length)]);
    return JSON.parse(body.toString()) as T;
  };
  const zipkin = <T = Span[]>(path: string) => json<T>(`/zipkin/api/v2/${path}`);

  /** A call from the shop's front to its cart, which fails: server span, client span, server span. */
  const [order, root, call, served] = [uuid(), shortId(), shortId(), shortId()];
  const begin = msToTicks(now - 30_000);

  beforeAll(async () => {
    await stand.open();
    await store.createTables();
    await stand.setRule('spans', 'read');
    await waitUntil('the rule is known', 10_000, async () => (await stand.ask('/zipkin/api/v2/services')).status === 200);
    await store.put([
      span({
        traceId: order,
        spanId: root,
        begin,
        duration: msToTicks(50),
        operation: 'POST /orders',
        annotations: {
          kind: tag.string('http-request-server'),
          'http.request.method': tag.string('POST'),
          'http.request.url': tag.string('/orders?x=1'),
          'http.response.code': tag.integer(500),
          status: tag.string('error'),
        },
      }),
      span({
        traceId: order,
        spanId: call,
        parentId: root,
        begin: begin + msToTicks(5),
        duration: msToTicks(40),
        operation: 'POST /cart',
        annotations: { kind: tag.string('http-request-client'), 'http.client.name': tag.string('cart') },
      }),
      span({
        traceId: order,
        spanId: served,
        parentId: call,
        begin: begin + msToTicks(10),
        duration: msToTicks(30),
        service: 'cart',
        operation: 'POST /cart',
        annotations: { kind: tag.string('http-request-server'), status: tag.string('error'), items: tag.vector('integer', [1, 2]) },
      }),
    ]);
  });

  afterAll(() => stand.close());

  describe('Tracing API', () => {
    it('gives the spans of a trace as documents', async () => {
      const { result, ...rest } = await json<{ result: Record<string, unknown>[] }>(`/trace?traceId=${order.replaceAll('-', '')}`);
      expect(rest).toEqual({});
      expect(result.map(({ spanId }) => spanId).sort()).toEqual([root, call, served].sort());
      expect(result.find(({ spanId }) => spanId === served)).toMatchObject({
        traceId: order,
        parentSpanId: call,
        annotations: { application: 'cart', items: [1, 2], status: 'error' },
      });
      expect(result[0]).not.toHaveProperty('@timestamp');
    });

    it('gives the children of a span, and root spans by the nil UUID', async () => {
      const children = await json<{ result: { spanId: string }[] }>(`/trace?traceId=${order}&parentSpanId=${call}`);
      expect(children.result.map(({ spanId }) => spanId)).toEqual([served]);
      const roots = await json<{ result: { spanId: string }[] }>(`/trace?traceId=${order}&parentSpanId=${uuid('0'.repeat(32))}`);
      expect(roots.result.map(({ spanId }) => spanId)).toEqual([root]);
    });

    it('answers an unknown trace with nothing', async () => expect(await json(`/trace?traceId=${uuid()}`)).toEqual({ result: [] }));

    it('gives 25 000 spans page by page, each once', async () => {
      const big = uuid();
      const ids = Array.from({ length: 25_000 }, () => uuid());
      await store.put(ids.map((spanId, i) => span({ traceId: big, spanId, begin: msToTicks(now - 40_000 + i), service: 'big' })));
      const found: string[] = [];
      let query = `traceId=${big}`;
      for (;;) {
        const page = await json<{ pagingState?: string; result: { spanId: string }[] }>(`/trace?${query}`);
        found.push(...page.result.map(({ spanId }) => spanId));
        if (page.pagingState === undefined) break;
        expect(page.result).toHaveLength(10_000);
        query = `traceId=${big}&pagingState=${page.pagingState}`;
      }
      expect(found).toHaveLength(25_000);
      expect(new Set(found)).toEqual(new Set(ids));
      // It takes a while to write so many.
    }, 300_000);

    it.each([
      '',
      'traceId=1',
      `traceId=${uuid()}&limit=0`,
      `traceId=${uuid()}&parentSpanId=x`,
      `traceId=${uuid()}&pagingState=xyz`,
      `traceId=${uuid()}&pagingState=0x00ff`,
    ])('refuses %j', async (query) => expect((await stand.ask(`/trace?${query}`)).status).toBe(400));

    it('asks for the read right on the stream of spans', async () => {
      expect((await stand.ask(`/trace?traceId=${order}`, { headers: {} })).status).toBe(401);
      const other = `other_${randomBytes(16).toString('hex')}`;
      await stand.setRule('else', 'read', other);
      await waitUntil('the key is known', 10_000, async () => {
        return (await stand.ask(`/trace?traceId=${order}`, { headers: { apiKey: other } })).status === 403;
      });
    });

    it('asks nobody when it is told so', async () => {
      const port = await freePort();
      await stand.startApp(port, { HERCULES_TRACING_REQUIRE_API_KEY: 'false' });
      const response = await fetch(`http://127.0.0.1:${port}/trace?traceId=${order}`);
      expect([response.status, ((await response.json()) as { result: unknown[] }).result.length]).toEqual([200, 3]);
    });
  });

  describe('Zipkin API', () => {
    it('names services, operations and called services', async () => {
      expect(await zipkin('services')).toEqual(expect.arrayContaining(['cart', 'front']));
      expect(await zipkin('spans?serviceName=front')).toEqual(expect.arrayContaining(['POST /cart', 'POST /orders']));
      expect(await zipkin('remoteServices?serviceName=front')).toEqual(['cart']);
      expect(await zipkin('autocompleteKeys')).toEqual([]);
      expect(await zipkin('autocompleteValues?key=x')).toEqual([]);
    });

    it('gives a trace in the shape of its spans', async () => {
      const trace = z.array(zipkinSpan).parse(await zipkin(`trace/${order.replaceAll('-', '')}`));
      const id = (uuidText: string) => uuidText.replaceAll('-', '').slice(0, 16);
      expect(trace).toHaveLength(3);
      expect(trace.find((found) => found.id === id(root))).toEqual({
        traceId: order.replaceAll('-', ''),
        id: id(root),
        kind: 'SERVER',
        name: 'POST /orders',
        timestamp: Number(begin / 10n),
        duration: 50_000,
        localEndpoint: { serviceName: 'front' },
        tags: {
          error: 'error',
          status: 'error',
          'http.request.method': 'POST',
          'http.method': 'POST',
          'http.request.url': '/orders?x=1',
          'http.url': '/orders?x=1',
          'http.path': '/orders',
          'http.response.code': '500',
          'http.status_code': '500',
        },
      });
      expect(trace.find((found) => found.id === id(call))).toMatchObject({
        kind: 'CLIENT',
        parentId: id(root),
        remoteEndpoint: { serviceName: 'cart' },
      });
      expect(trace.find((found) => found.id === id(served))?.tags['items']).toBe('[1,2]');
    });

    it('takes ids with hyphens and of 64 bits', async () => {
      const short = uuid(`${'0'.repeat(16)}${randomBytes(8).toString('hex')}`);
      await store.put([span({ traceId: short, spanId: uuid(), begin, service: 'old' })]);
      expect(await zipkin(`trace/${short.replaceAll('-', '').slice(16)}`)).toHaveLength(1);
      expect(await zipkin(`trace/${order}`)).toHaveLength(3);
      expect((await stand.ask(`/zipkin/api/v2/trace/${uuid()}`)).status).toBe(404);
      expect((await stand.ask('/zipkin/api/v2/trace/xyz')).status).toBe(400);
      const many = await zipkin<Span[][]>(`traceMany?traceIds=${order.replaceAll('-', '')},${uuid().replaceAll('-', '')},${short}`);
      expect(many.map((trace) => trace.length).sort()).toEqual([1, 3]);
    });

    it.each<[string, boolean]>([
      ['serviceName=front', true],
      ['serviceName=cart&spanName=POST%20/cart', true],
      ['serviceName=front&spanName=GET%20/', false],
      ['serviceName=front&remoteServiceName=cart', true],
      ['serviceName=cart&remoteServiceName=front', false],
      ['annotationQuery=error', true],
      ['serviceName=front&annotationQuery=error%20and%20http.method%3DPOST', true],
      ['serviceName=front&annotationQuery=http.method%3DGET', false],
      ['serviceName=front&minDuration=49000&maxDuration=51000', true],
      ['serviceName=front&minDuration=51000', false],
      ['serviceName=nobody', false],
      [`serviceName=front&endTs=${now - 60_000}&lookback=60000`, false],
      [`serviceName=front&endTs=${now}&lookback=60000`, true],
    ])('finds by %s: %s', async (query, isFound) => {
      const traces = await zipkin<Span[][]>(`traces?lookback=600000&limit=1000&${query}`);
      const found = traces.some(([first]) => first!.traceId === order.replaceAll('-', ''));
      expect(found).toBe(isFound);
      for (const trace of traces) z.array(zipkinSpan).parse(trace);
    });

    it('gives the newest traces first, no more than asked for', async () => {
      const ids = Array.from({ length: 30 }, () => uuid());
      await store.put(
        ids.map((traceId, i) => span({ traceId, spanId: uuid(), begin: msToTicks(now - 200_000 + i * 5000), service: 'many' })),
      );
      const traces = await zipkin<Span[][]>(`traces?serviceName=many&lookback=600000&limit=7`);
      const newest = ids.slice(-7).reverse();
      expect(traces.map(([first]) => first!.traceId)).toEqual(newest.map((id) => id.replaceAll('-', '')));
    });

    it('finds the newest and the oldest of a busy minute', async () => {
      const ids = Array.from({ length: 2500 }, () => uuid());
      const minute = Math.floor(now / 60_000) * 60_000 - 300_000;
      await store.put(
        ids.map((traceId, i) =>
          span({
            traceId,
            spanId: uuid(),
            begin: msToTicks(minute + i),
            service: 'busy',
            annotations: i === 0 ? { rare: tag.flag(true) } : {},
          }),
        ),
      );
      const idsOf = (traces: Span[][]) => traces.map(([first]) => first!.traceId);
      const interval = `endTs=${minute + 59_999}&lookback=60000`;
      expect(idsOf(await zipkin<Span[][]>(`traces?serviceName=busy&limit=5&${interval}`))).toEqual(
        ids
          .slice(-5)
          .reverse()
          .map((id) => id.replaceAll('-', '')),
      );
      expect(idsOf(await zipkin<Span[][]>(`traces?serviceName=busy&annotationQuery=rare%3Dtrue&${interval}`))).toEqual([
        ids[0]!.replaceAll('-', ''),
      ]);
    });

    it('ends a search through years of empty minutes', async () => {
      const years = 10 * 365 * 86_400_000;
      expect(await zipkin<Span[][]>(`traces?serviceName=nobody&lookback=${years}`)).toEqual([]);
    });

    it('draws who calls whom', async () => {
      const links = await zipkin<{ parent: string; child: string }[]>(`dependencies?endTs=${now}&lookback=600000`);
      expect(links).toContainEqual({ parent: 'front', child: 'cart', callCount: 1, errorCount: 1 });
    });

    it.each([
      'traces?limit=0',
      'traces?endTs=x',
      'traces?maxDuration=5',
      'traces?minDuration=9&maxDuration=5',
      'spans',
      'remoteServices',
      'traceMany',
      'traceMany?traceIds=x',
    ])('refuses %s', async (path) => {
      expect((await stand.ask(`/zipkin/api/v2/${path}`)).status).toBe(400);
    });

    it('needs a key', async () => expect((await stand.ask('/zipkin/api/v2/services', { headers: {} })).status).toBe(401));
  });

  it('answers 503 while Cassandra is away, and goes on with streams', async () => {
    const port = await freePort();
    await stand.startApp(port, { HERCULES_CASSANDRA_CONTACT_POINTS: '127.0.0.1:1' });
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { apiKey: stand.apiKey } })).status;
    expect(await ask(`/trace?traceId=${order}`)).toBe(503);
    expect(await ask('/zipkin/api/v2/services')).toBe(503);
    expect(await ask('/streams/somebody_elses/events')).toBe(403);
  });
});
