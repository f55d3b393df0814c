import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Container, type HerculesEvent, readEvent } from '@hercules/protocol';
import { AppProcess, freePort } from '@hercules/service/testing';
import { pushTimeseries } from 'prometheus-remote-write';
import { compress } from 'snappyjs';
import { encodeV1, encodeV2, type Labels } from '../src/receivers/prometheus/remote-write-proto.fixture.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { type HttpAnswer, send } from './support/http-client.ts';
import { KafkaProxy } from './support/kafka-proxy.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(120_000);

const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const [LINES, , RENDER] = (process.env['HERCULES_TEST_GRAPHITE'] ?? '127.0.0.1:2003,127.0.0.1:2004,http://127.0.0.1:8080').split(',') as [
  string,
  string,
  string,
];
const GRAPHITE_SINK = join(__dirname, '../../graphite-sink/src/main.ts');
const kafka = new TestKafka();
const writer = newApiKey('writer');
const reader = newApiKey('reader');
let metrics: string;
let gateway: GatewayProcess;
let sink: AppProcess | undefined;
/** Of samples: the sink writes to a Graphite that keeps days. */
const now = Date.now();

beforeAll(async () => {
  await kafka.start();
  metrics = await kafka.createStream('metrics');
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
  await kafka.putRule(reader, 'gw_e2e_*', 'read');
  await kafka.follow(metrics);
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'prometheus.enabled': 'true',
    'prometheus.stream': metrics,
  });
});

afterAll(async () => {
  await sink?.kill();
  await gateway?.kill();
  await kafka.stop();
});

function write(body: Buffer, headers: Record<string, string> = {}, key = writer, to = gateway): Promise<HttpAnswer> {
  const all = { 'Content-Type': V2, 'Content-Encoding': 'snappy', Authorization: `Hercules apiKey ${key}`, ...headers };
  return send(to.httpPort, { path: '/api/v1/write', headers: all, body });
}

const named = (name: string, ...labels: Labels): Labels => [['__name__', name], ...labels];

/** The events of a metric that are stored. */
function stored(name: string): HerculesEvent[] {
  return kafka
    .stored(metrics)
    .map(({ value }) => readEvent(value).event)
    .filter((event) => tagsOf(event).some(([key, value]) => key === '_name' && value.startsWith(name)));
}

function tagsOf({ payload }: HerculesEvent): [string, string][] {
  const { elements } = payload.get('tags')!.value as { elements: readonly Container[] };
  return elements.map((tag) => [tag.get('key')!.value as string, tag.get('value')!.value as string]);
}

it('takes what a client of version 1 sends', async () => {
  const result = await pushTimeseries(
    {
      labels: { __name__: 'client_total', job: 'shop', instance: 'a:80' },
      samples: [
        { value: 12.5, timestamp: now },
        { value: 13, timestamp: now + 1 },
      ],
    },
    { url: `http://127.0.0.1:${gateway.httpPort}/api/v1/write`, auth: { username: 'any', password: writer }, fetch: fetch as never },
  );
  expect(result).toMatchObject({ status: 204 });
  const events = await waitFor('both samples', () => stored('client_total').length === 2 && stored('client_total'));
  expect(events.map(({ timestamp, payload }) => [timestamp, payload.get('value')!.value]).sort()).toEqual([
    [BigInt(now) * 10_000n, 12.5],
    [BigInt(now + 1) * 10_000n, 13],
  ]);
  expect(tagsOf(events[0]!)).toEqual([
    ['__metrics_data_type', '_tagged_metrics_'],
    ['_name', 'client_total'],
    ['job', 'shop'],
    ['instance', 'a:80'],
  ]);
});

it('takes version 2, writes the good part of a request, and makes no other events of the same bytes', async () => {
  const body = compress(
    encodeV2([
      { labels: named('v2_total', ['job', 'shop']), samples: [{ value: 1, timestamp: now }], unit: 'bytes' },
      { labels: named('v2_max'), samples: [{ value: Infinity, timestamp: now }] },
      { labels: named('v2_seconds'), histograms: [{ count_int: 3, sum: 2, zero_count_int: 3, zero_threshold: 1, timestamp: now }] },
    ]),
  );
  for (let attempt = 0; attempt < 2; attempt++) {
    const answer = await write(body);
    expect(answer).toMatchObject({
      status: 400,
      headers: {
        'x-prometheus-remote-write-samples-written': '1',
        'x-prometheus-remote-write-histograms-written': '1',
        'x-prometheus-remote-write-exemplars-written': '0',
      },
    });
    expect(answer.text).toContain('1: the value of a sample is infinite (first: series 2, v2_max)');
  }
  const events = await waitFor('all twice', () => stored('v2_').length === 10 && stored('v2_'));
  expect(new Set(events.map(({ timestamp, uuid }) => `${timestamp} ${uuid}`)).size).toBe(5);
  expect(stored('v2_total')[0]!.payload.get('unit')!.value).toBe('bytes');
});

const GO_CLIENT = join(__dirname, 'support/remote-write-v2');
/** Go's own installer puts it where no PATH looks by itself. */
const GO = { cwd: GO_CLIENT, env: { ...process.env, PATH: `${process.env['PATH']}:/usr/local/go/bin`, GOTOOLCHAIN: 'local' } };
/** False without Go, or with one that is older than the module asks for. */
const hasGo = spawnSync('go', ['list', '-m'], GO).status === 0;

(hasGo ? it : it.skip)("takes what Prometheus' own client of version 2 sends", async () => {
  const args = ['run', '.', `http://127.0.0.1:${gateway.httpPort}`, writer, 'go_client'];
  const { stdout } = await promisify(execFile)('go', args, { ...GO, timeout: 100_000 });
  expect(stdout).toBe('samples 2, histograms 1, exemplars 1, error <nil>');
  // Two samples, the exemplar, four buckets, sum and count.
  const events = await waitFor('all events', () => stored('go_client').length === 9 && stored('go_client'));
  expect(events.filter(({ payload }) => payload.has('exemplar'))).toHaveLength(1);
  const samples = events.filter((event) => event.payload.has('value') && tagsOf(event).some(([, value]) => value === 'go_client'));
  expect(samples.map(({ payload }) => [payload.get('value')!.value, payload.get('unit')!.value])).toEqual(
    expect.arrayContaining([
      [1.5, 'seconds'],
      [2.5, 'seconds'],
    ]),
  );
});

it('asks for the same again while Kafka is away, and stores each sample once by its id', async () => {
  const proxy = new KafkaProxy();
  await proxy.start();
  const behind = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'kafka.brokers': proxy.address,
    'kafka.requestTimeoutMs': 1000,
    'producer.deliveryTimeoutMs': 1500,
    'prometheus.enabled': 'true',
    'prometheus.stream': metrics,
  });
  try {
    const samples = Array.from({ length: 20 }, (_, i) => ({ value: i, timestamp: now + i }));
    const body = compress(encodeV2([{ labels: named('outage_total'), samples }]));
    // The topic is known before Kafka goes away; its answers do not come back, so what is written may be there without anybody knowing.
    const earlier = compress(encodeV2([{ labels: named('before_outage'), samples }]));
    await waitFor('the topic is known', async () => (await write(earlier, {}, writer, behind)).status === 204);
    proxy.isSilent = true;
    expect(await write(body, {}, writer, behind)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'x-prometheus-remote-write-samples-written': '0' },
    });
    proxy.isSilent = false;
    await waitFor('the same body is taken', async () => (await write(body, {}, writer, behind)).status === 204, 20_000);
    await waitFor('all samples', () => stored('outage_total').length >= samples.length);
    expect(new Set(stored('outage_total').map(({ timestamp, uuid }) => `${timestamp} ${uuid}`)).size).toBe(samples.length);
  } finally {
    await behind.kill();
    await proxy.stop();
  }
});

it('answers success without a body', async () => {
  const answer = await write(compress(encodeV1([])), {
    'Content-Type': 'application/x-protobuf',
    'X-Prometheus-Remote-Write-Version': '0.1.0',
  });
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect(answer.headers).not.toHaveProperty('content-length');
});

it.each([
  ['an unknown key', {}, newApiKey('stranger'), 401],
  ['a key that may not write', {}, reader, 401],
  ['another encoding', { 'Content-Encoding': 'gzip' }, writer, 415],
  ['another message', { 'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v3.Request' }, writer, 415],
])('refuses %s', async (_, headers: Record<string, string>, key, status) => {
  const answer = await write(compress(encodeV2([])), headers, key);
  expect(answer).toMatchObject({ status, headers: { 'content-type': 'text/plain; charset=UTF-8' } });
});

it('counts requests, refused items and samples without a value', async () => {
  const nan = { labels: named('nan_value'), samples: [{ value: Number.NaN, timestamp: now }] };
  const infinite = { labels: named('infinite_value'), samples: [{ value: Infinity, timestamp: now }] };
  expect((await write(compress(encodeV2([nan, infinite])))).status).toBe(400);
  const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics' });
  expect(text).toMatch(/hercules_gateway_requests_total\{receiver="prometheus",method="write",status="204"[^}]*\} \d/);
  expect(text).toMatch(/hercules_gateway_refused_items_total\{receiver="prometheus",method="write",reason="INVALID_EVENT"[^}]*\} \d/);
  expect(text).toMatch(/hercules_gateway_prometheus_valueless_samples_total\{kind="nan"[^}]*\} 1\n/);
});

it('is drawn by Graphite', async () => {
  const suffix = randomBytes(4).toString('hex');
  const name = `prom_${suffix}`;
  sink = new AppProcess({
    entry: GRAPHITE_SINK,
    env: {
      HERCULES_HTTP_PORT: String(await freePort()),
      HERCULES_KAFKA_BROKERS: BROKERS,
      HERCULES_SINK_PATTERNS: metrics,
      HERCULES_SINK_GROUP_ID: `gw_e2e_${suffix}`,
      HERCULES_SINK_DEAD_LETTER_STREAM: `gw_e2e_dead_${suffix}`,
      HERCULES_SINK_LINGER_MS: '20',
      HERCULES_GRAPHITE_LOCAL_ENDPOINTS: LINES,
      HERCULES_GRAPHITE_TAGS: 'true',
    },
  });
  await sink.waitForStatus(200, 30_000);
  const body = compress(
    encodeV2([
      { labels: named(name, ['job', 'shop'], ['zone', 'x']), samples: [{ value: 42.5, timestamp: now }] },
      {
        labels: named(`${name}_seconds`, ['job', 'shop']),
        histograms: [
          {
            count_int: 5,
            sum: 7,
            schema: 0,
            zero_count_int: 2,
            positive_spans: [{ offset: 1, length: 1 }],
            positive_deltas: [3],
            timestamp: now,
          },
        ],
        exemplars: [{ labels: [['trace_id', 'abc']], value: 1.5, timestamp: now }],
      },
    ]),
  );
  expect((await write(body)).status).toBe(204);
  const drawn = async (target: string): Promise<[string, number][]> => {
    const query = new URLSearchParams({ target, format: 'json', from: '-10min', noNullPoints: 'true', noCache: 'true' });
    const series = (await (await fetch(`${RENDER}/render?${query.toString()}`)).json()) as {
      target: string;
      datapoints: [number, number][];
    }[];
    return series.flatMap(({ target: drawnAs, datapoints }) =>
      datapoints.length === 0 ? [] : [[drawnAs, datapoints[0]![0]] as [string, number]],
    );
  };
  await waitFor('the sample', async () => (await drawn(`seriesByTag('name=${name}')`)).length === 1, 20_000);
  expect(await drawn(`seriesByTag('name=${name}')`)).toEqual([[`${name};job=shop;zone=x`, 42.5]]);
  const buckets = `seriesByTag('name=${name}_seconds_bucket')`;
  await waitFor('the buckets', async () => (await drawn(buckets)).length === 4, 20_000);
  const values = (await drawn(buckets)).map(([series, value]) => [/le=([^;]*)/.exec(series)![1], value]);
  expect(values.sort()).toEqual([
    ['0', 2],
    ['1', 2],
    ['2', 5],
    ['_Inf', 5],
  ]);
});
