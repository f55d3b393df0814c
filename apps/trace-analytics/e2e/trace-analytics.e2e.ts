import { join } from 'node:path';
import { TestKafka } from '@hercules/kafka/testing';
import type { HerculesEvent } from '@hercules/protocol';
import { AppProcess, freePort, waitUntil } from '@hercules/service/testing';
import { newId, type RequestMetric, spanEvent, type SpanOf, storedMetrics } from './span-events.ts';

jest.setTimeout(120_000);

const APPS = join(__dirname, '..', '..');
/** For what is sent in the past: results need not be waited for, and by the clock all of it would be late. */
const T0 = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
const PAST = { HERCULES_WINDOWS_IDLE_MS: '600000', HERCULES_WINDOWS_AMEND_INTERVAL_MS: '50' };

interface Weights {
  readonly service: string;
  readonly replicas: readonly { readonly replica: string; readonly weight: number }[];
}

describe('trace-analytics', () => {
  const kafka = new TestKafka();
  const apps: AppProcess[] = [];

  const run = async (app: string, env: Readonly<Record<string, string>>): Promise<{ app: AppProcess; url: string }> => {
    const port = await freePort();
    const process = new AppProcess({
      entry: join(APPS, app, 'src', 'main.ts'),
      env: { HERCULES_HTTP_PORT: String(port), HERCULES_KAFKA_BROKERS: kafka.brokers, ...env },
    });
    apps.push(process);
    await process.waitForStatus(200, 30_000);
    return { app: process, url: `http://127.0.0.1:${port}` };
  };
  const start = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<AppProcess> => {
    const { app } = await run('trace-analytics', {
      HERCULES_INPUT_PATTERNS: kafka.name(name),
      HERCULES_PARTIALS_TOPIC: kafka.name(`hercules_partials_${name}`),
      HERCULES_OUTPUT_STREAM: kafka.name(`${name}_out`),
      HERCULES_REPLICAS_TOPIC: kafka.name(`hercules_replicas_${name}`),
      HERCULES_DEPENDENCIES_TOPIC: kafka.name(`hercules_dependencies_${name}`),
      HERCULES_PROCESSOR_COMMIT_INTERVAL_MS: '100',
      HERCULES_PROCESSOR_TICK_INTERVAL_MS: '50',
      HERCULES_PROCESSOR_SESSION_TIMEOUT_MS: '6000',
      ...env,
    });
    return app;
  };
  const runQueryApi = async (name: string): Promise<{ url: string }> =>
    run('query-api', {
      HERCULES_METADATA_TOPIC: await kafka.createTopic(`hercules_meta_${name}`, 1, { 'cleanup.policy': 'compact' }),
      HERCULES_REPLICAS_TOPIC: kafka.name(`hercules_replicas_${name}`),
      HERCULES_TRACING_DEPENDENCIES_TOPIC: kafka.name(`hercules_dependencies_${name}`),
      HERCULES_TRACING_REQUIRE_API_KEY: 'false',
    });
  const createTopics = async (name: string, partitions = 2): Promise<void> => {
    await kafka.createTopic(name, partitions);
    await kafka.createTopic(`${name}_out`);
  };
  const byTrace = (event: HerculesEvent): number => {
    const id = event.payload.get('traceId')!.value as string;
    return parseInt(id.slice(0, 8), 16) % 2;
  };
  const send = (name: string, spans: readonly SpanOf[]) => kafka.send(name, spans.map(spanEvent), { partitionOf: byTrace });
  /** The newest values of the metrics of windows of 10 s, once they are as wanted. */
  const metrics = async (name: string, isEnough: (metrics: readonly RequestMetric[]) => boolean): Promise<RequestMetric[]> => {
    return storedMetrics(await kafka.read(`${name}_out`, (records) => isEnough(storedMetrics(records))));
  };
  const find = (list: readonly RequestMetric[], name: string, tags: Readonly<Record<string, string>>): RequestMetric | undefined =>
    list.find(
      (metric) => metric.name === name && Object.entries({ window: '10s', ...tags }).every(([key, value]) => metric.tags[key] === value),
    );

  beforeAll(() => kafka.open());
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.kill())));
  afterAll(() => kafka.close());

  it('tells rate, errors and durations of requests and calls, and the critical path', async () => {
    await createTopics('requests');
    await start('requests', PAST);
    const spans = Array.from({ length: 100 }, (_, i): SpanOf[] => {
      const [traceId, front, call, cart, db] = Array.from({ length: 5 }, newId) as [string, string, string, string, string];
      const endMs = T0 + 1000 + i * 50;
      const status = i % 10 === 0 ? 'error' : 'success';
      return [
        { traceId, spanId: db, parent: cart, endMs: endMs - 20, durationMs: 10, application: 'db', operation: 'query' },
        {
          traceId,
          spanId: cart,
          parent: call,
          endMs: endMs - 10,
          durationMs: 40,
          application: 'cart',
          operation: 'checkout',
          host: 'c1',
          status,
        },
        {
          traceId,
          spanId: call,
          parent: front,
          endMs: endMs - 5,
          durationMs: 50,
          application: 'front',
          operation: 'POST',
          kind: 'http-request-client',
          callee: 'cart',
        },
        { traceId, spanId: front, endMs, durationMs: 100, application: 'front', operation: 'GET /shop' },
      ];
    });
    await send('requests', spans.flat());
    // Time has to pass for the windows and the traces to be over.
    await kafka.send(
      'requests',
      [0, 1].map(() => spanEvent({ endMs: T0 + 30_000, durationMs: 1, application: 'clock' })),
    );
    const cart = { application: 'cart', operation: 'checkout', kind: 'http-request-server', host: 'c1' };
    const onPath = [
      { application: 'front', operation: 'GET /shop' },
      { application: 'front', operation: 'POST' },
      { application: 'cart', operation: 'checkout' },
      { application: 'db', operation: 'query' },
    ];
    const inSeconds = (list: readonly RequestMetric[]): number =>
      list
        .filter(({ name, tags }) => name === 'requests_per_second' && tags['window'] === '1s' && tags['application'] === 'db')
        .reduce((sum, { value: perSecond }) => sum + perSecond, 0);
    // Series come one by one, so every one that is looked at is waited for.
    const isThere = (list: readonly RequestMetric[]): boolean =>
      [
        find(list, 'requests_per_second', onPath[0]!)?.value === 10,
        find(list, 'requests_per_second', cart)?.value === 10,
        find(list, 'requests_errors_per_second', cart)?.value === 1,
        find(list, 'requests_duration_ms', { ...cart, quantile: '0.99' }) !== undefined,
        find(list, 'calls_per_second', { caller: 'front', callee: 'cart' })?.value === 10,
        find(list, 'calls_per_second', { caller: 'cart', callee: 'db' })?.value === 10,
        find(list, 'calls_duration_ms', { caller: 'front', callee: 'cart', quantile: '0.5' }) !== undefined,
        find(list, 'calls_errors_per_second', { caller: 'cart', callee: 'db' }) !== undefined,
        ...onPath.map((part) => find(list, 'critical_path_per_second', part)?.value === 10),
        ...onPath.map((part) => find(list, 'critical_path_ms', part) !== undefined),
        inSeconds(list) >= 100,
      ].every(Boolean);
    const list = await metrics('requests', isThere);
    const value = (name: string, tags: Record<string, string>): number | undefined => find(list, name, tags)?.value;
    expect(value('requests_duration_ms', { ...cart, quantile: '0.99' })).toBeCloseTo(40, -1);
    expect(value('calls_duration_ms', { caller: 'front', callee: 'cart', quantile: '0.5' })).toBeCloseTo(50, -1);
    expect(value('calls_errors_per_second', { caller: 'cart', callee: 'db' })).toBe(0);
    // Of 100 ms: the client 10, the cart 40 less the database's 10, and the rest is the front's own.
    for (const [i, ms] of [50, 10, 30, 10].entries()) expect(value('critical_path_ms', onPath[i]!)).toBeCloseTo(ms, 1);

    const { url } = await runQueryApi('requests');
    const links = async (): Promise<unknown> =>
      (await fetch(`${url}/zipkin/api/v2/dependencies?endTs=${Date.now()}&lookback=1200000`)).json();
    await waitUntil('all calls are counted', 20_000, async () => JSON.stringify(await links()).match(/"callCount":100/g)?.length === 2);
    expect(await links()).toEqual(
      expect.arrayContaining([
        { parent: 'front', child: 'cart', callCount: 100 },
        { parent: 'cart', child: 'db', callCount: 100 },
      ]),
    );

    expect(inSeconds(list)).toBe(100);
  });

  it('lets a result leave at its deadline, and amends it with what is late', async () => {
    await createTopics('late');
    await start('late', { ...PAST, HERCULES_PERIODS_MS: '10000,20000' });
    const one = (endMs: number): SpanOf => ({ endMs, durationMs: 10, application: 'a', traceId: '00000000-0000-0000-0000-000000000001' });
    await send('late', [one(T0 + 1000), one(T0 + 2000)]);
    // The other partition has had nothing yet, so that the window cannot be known to be complete.
    const early = find(await metrics('late', (some) => find(some, 'requests_per_second', {}) !== undefined), 'requests_per_second', {})!;
    expect(early).toMatchObject({ value: 0.2, isComplete: false, lateShare: 0 });
    // The first of these lets the time of their partition pass, the second comes after it.
    await send('late', [{ ...one(T0 + 15_000), application: 'clock' }, one(T0 + 3000)]);
    const a = { application: 'a' };
    const list = await metrics('late', (some) => find(some, 'requests_per_second', a)?.value === 0.3);
    expect(find(list, 'requests_per_second', a)!.lateShare).toBeCloseTo(1 / 3, 5);
    // For the window of 20 s, which is made of it, the same span came in time.
    const long = { ...a, window: '20s' };
    const whole = await metrics('late', (some) => find(some, 'requests_per_second', long)?.value === 0.15);
    expect(find(whole, 'requests_per_second', long)).toMatchObject({ lateShare: 0, isComplete: false });
  });

  it('keeps the number of series within bounds, and names who has too many', async () => {
    await createTopics('bounds');
    const app = await start('bounds', { ...PAST, HERCULES_MAX_SERIES: '10' });
    await send(
      'bounds',
      Array.from({ length: 100 }, (_, i) => ({ endMs: T0 + 1000, durationMs: 1, application: 'wild', operation: `GET /${i}` })),
    );
    await app.waitForMetric('hercules_traces_overflowed_spans_total', { application: 'wild' }, 80);
    const list = await metrics('bounds', (found) => (find(found, 'requests_per_second', { operation: '_other' })?.value ?? 0) >= 8);
    expect(list.filter(({ name, tags }) => name === 'requests_per_second' && tags['window'] === '10s').length).toBeLessThanOrEqual(21);
  });

  it('gives a replica that turns slow little weight within 10 s, and its weight back within 30 s, read at query-api', async () => {
    await createTopics('replicas');
    const app = await start('replicas');
    const { url } = await runQueryApi('replicas');
    let latencyMs = 10;
    const sending = setInterval(() => {
      const endMs = Date.now();
      const span = (host: string, durationMs: number): SpanOf => ({ endMs, durationMs, application: 'pay', host });
      void send('replicas', [span('p1', 10), span('p2', latencyMs), span('p3', 12)]);
    }, 50);
    try {
      const weightOf = async (replica: string): Promise<number> => {
        const { replicas } = (await (await fetch(`${url}/replicas/pay`)).json()) as Weights;
        return replicas.find((found) => found.replica === replica)?.weight ?? 0;
      };
      await waitUntil('all have their full weight', 30_000, async () =>
        (await Promise.all(['p1', 'p2', 'p3'].map(weightOf))).every((weight) => weight > 0.9),
      );
      expect(await (await fetch(`${url}/replicas`)).json()).toEqual(['pay']);
      expect((await fetch(`${url}/replicas/nobody`)).status).toBe(404);

      const events = await fetch(`${url}/replicas/pay`, { headers: { accept: 'text/event-stream' } });
      const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while ((text.match(/^data: /gm) ?? []).length < 3) text += (await reader.read()).value ?? '';
      expect(JSON.parse(/^data: (.*)$/m.exec(text)![1]!)).toMatchObject({
        service: 'pay',
        replicas: [{ replica: 'p1' }, { replica: 'p2' }, { replica: 'p3' }],
      });
      await reader.cancel();

      latencyMs = 60;
      await waitUntil('the slow replica has little weight', 10_000, async () => (await weightOf('p2')) < 0.3);
      expect(await weightOf('p1')).toBeGreaterThan(0.9);
      latencyMs = 10;
      await waitUntil('the replica has its weight back', 30_000, async () => (await weightOf('p2')) > 0.9);
      await app.waitForMetric('hercules_traces_delay_seconds', { quantile: '0.99' }, 0.5);
    } finally {
      clearInterval(sending);
    }
  });
});
