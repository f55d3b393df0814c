import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from '@hercules/service/testing';
import { SERVERS, WholePath } from './support/whole-path.ts';

jest.setTimeout(180_000);

/** With OpenTelemetry's SDK; the set-up of the tests has made it. */
const PYTHON = process.env['HERCULES_TEST_OPENTELEMETRY_PYTHON']!;
const run = promisify(execFile);
const path = new WholePath({ traces: true });
const urls = (): { grpc: string; http: string } => ({ grpc: path.grpcUrl, http: path.urls.get('gateway')! });

beforeAll(() => path.start());
afterAll(() => path.stop());

interface Document {
  readonly message: string;
  readonly [field: string]: unknown;
}

/** The documents of a project that Elasticsearch finds. */
async function documentsOf(project: string): Promise<Document[]> {
  const response = await fetch(`${SERVERS.elasticsearch}/${path.logIndexes}/_search?q=project:${project}&sort=@timestamp:asc&size=100`);
  const { hits } = (await response.json()) as { hits?: { hits: { _source: Document }[] } };
  return hits?.hits.map(({ _source }) => _source) ?? [];
}

interface ZipkinSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: string;
  readonly localEndpoint: { readonly serviceName: string };
  readonly tags: Readonly<Record<string, string>>;
}

async function zipkinTrace(traceId: string): Promise<ZipkinSpan[]> {
  const response = await fetch(`${path.urls.get('query-api')}/zipkin/api/v2/trace/${traceId}`, {
    headers: { authorization: `Hercules apiKey ${path.apiKey}` },
  });
  return response.status === 200 ? ((await response.json()) as ZipkinSpan[]) : [];
}

/** The last value of each series of a metric, by its tags. */
async function drawn(metric: string): Promise<Record<string, number>> {
  const query = new URLSearchParams({
    target: `seriesByTag('name=${metric}')`,
    format: 'json',
    from: '-10min',
    noNullPoints: 'true',
    noCache: 'true',
  });
  const series = (await (await fetch(`${SERVERS.graphite[2]}/render?${query.toString()}`)).json()) as {
    target: string;
    datapoints: [number, number][];
  }[];
  return Object.fromEntries(
    series.filter(({ datapoints }) => datapoints.length > 0).map(({ target, datapoints }) => [target, datapoints.at(-1)![0]]),
  );
}

async function metricsArrive(service: string): Promise<void> {
  const orders = await waitUntil('the counter', 30_000, async () => {
    const found = await drawn(`${service}_orders`);
    return Object.keys(found).length > 0 && found;
  });
  const tags = `application=${service};environment=e2e;project=${service};route=_orders;scope=shop_orders;subproject=null`;
  expect(orders).toEqual({ [`${service}_orders;${tags}`]: 3 });
  const buckets = await waitUntil('the buckets', 30_000, async () => {
    const found = await drawn(`${service}_seconds`);
    return Object.keys(found).length === 3 && found;
  });
  const byBound = Object.entries(buckets).map(([series, value]) => [/;le=([^;]*)/.exec(series)![1], value]);
  expect(byBound.sort()).toEqual([
    ['0_5', 0],
    ['1', 1],
    ['inf', 1],
  ]);
  const counts = await waitUntil('the count', 30_000, async () => {
    const found = Object.values(await drawn(`${service}_seconds_count`));
    return found.length > 0 && found;
  });
  expect(counts).toEqual([1]);
}

describe.each(['grpc', 'http/protobuf', 'http/json'])("OpenTelemetry's SDK for JavaScript by %s", (transport) => {
  const service = `js_${transport.replace(/\W/, '_')}_${randomBytes(3).toString('hex')}`;
  let traceId: string;

  beforeAll(async () => {
    // In a process of its own, because the exporters import modules in a way that Jest does not know.
    const script = join(__dirname, 'support', 'send-otlp.ts');
    const { stdout } = await run(process.execPath, [script, transport, urls().grpc, urls().http, path.apiKey, service], {
      timeout: 60_000,
    });
    traceId = stdout.trim();
  });

  it('has its logs found by Elasticsearch', async () => {
    const [document] = await waitUntil('the log record', 30_000, async () => {
      const found = await documentsOf(service);
      return found.length > 0 && found;
    });
    expect(document).toMatchObject({
      message: 'order is late',
      level: 'Warn',
      'service.name': service,
      environment: 'e2e',
      order: 17,
      tags: ['a', 'b'],
      traceId,
      'otel.scope.name': 'shop.orders',
    });
  });

  it('has its trace read from Cassandra', async () => {
    const spans = await waitUntil('both spans', 30_000, async () => {
      const found = await zipkinTrace(traceId);
      return found.length === 2 && found;
    });
    const root = spans.find(({ parentId }) => parentId === undefined)!;
    const child = spans.find(({ parentId }) => parentId === root.id)!;
    expect(root).toMatchObject({ name: 'POST /orders', kind: 'SERVER', localEndpoint: { serviceName: service } });
    expect(root.tags).toMatchObject({ 'http.method': 'POST', 'http.path': '/orders', 'http.status_code': '200', status: 'success' });
    expect(child).toMatchObject({ name: 'charge', kind: 'CLIENT', remoteEndpoint: { serviceName: 'payment' } });
    expect(child.tags).toMatchObject({ error: 'card refused', status: 'error' });
    const response = await fetch(`${path.urls.get('query-api')}/trace?traceId=${traceId}`, {
      headers: { authorization: `Hercules apiKey ${path.apiKey}` },
    });
    const { result } = (await response.json()) as { result: { events?: object[] }[] };
    expect(result.flatMap(({ events }) => events ?? [])).toEqual([
      expect.objectContaining({ name: 'exception', exception: expect.objectContaining({ type: 'TypeError', message: 'card refused' }) }),
    ]);
  });

  it('has its metrics drawn by Graphite', () => metricsArrive(service));
});

describe.each(['grpc', 'http'])("OpenTelemetry's SDK for Python by %s", (transport) => {
  const service = `py_${transport}_${randomBytes(3).toString('hex')}`;

  it('has its logs, traces and metrics arrive', async () => {
    const endpoint = transport === 'grpc' ? urls().grpc : urls().http;
    const script = join(__dirname, 'support', 'send-otlp.py');
    const { stdout } = await run(PYTHON, [script, transport, endpoint, path.apiKey, service], { timeout: 60_000 });
    const traceId = stdout.trim();
    const documents = await waitUntil('two log records', 30_000, async () => {
      const found = await documentsOf(service);
      return found.length === 2 && found;
    });
    expect(documents.map(({ message }) => message)).toEqual(['order is late', 'order failed']);
    expect(documents[0]).toMatchObject({ level: 'WARN', order: 17, traceId });
    expect(documents[1]!['stackTrace']).toContain('ValueError: no such item');
    const [span] = await waitUntil('the span', 30_000, async () => {
      const found = await zipkinTrace(traceId);
      return found.length === 1 && found;
    });
    expect(span).toMatchObject({ name: 'take order', kind: 'SERVER', localEndpoint: { serviceName: service } });
    await metricsArrive(service);
  });
});
