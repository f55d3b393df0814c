import { type AppProcess, waitUntil } from '@hercules/service/testing';
import { ElasticsearchProxy } from './support/elasticsearch-proxy.ts';
import { documentIdOf, newBurst } from './support/log-events.ts';
import { metricOf, SinkStand } from './support/sink-stand.ts';

jest.setTimeout(90_000);

let stand: SinkStand;
let proxy: ElasticsearchProxy;

beforeEach(async () => {
  stand = new SinkStand();
  await stand.open();
  proxy = await ElasticsearchProxy.reserve(stand.elasticsearch.url);
});
afterEach(async () => {
  await stand.close();
  await proxy.close();
});

const isBulk = (path: string): boolean => path === '/_bulk';

function waitForRefusals(status: number): Promise<unknown> {
  return waitUntil(`requests refused with ${status}`, 30_000, () => (proxy.refused.get(status) ?? 0) >= 2);
}

async function waitForMetric(sink: AppProcess, name: string, condition: (value: number) => boolean): Promise<void> {
  await waitUntil(`${name} is as expected`, 30_000, async () => condition(await metricOf(sink, name)));
}

async function storedIds(): Promise<string[]> {
  return (await stand.documents()).map(({ _id }) => _id);
}

it('waits for Elasticsearch as long as it is away, overloaded or closed to the sink, and loses nothing', async () => {
  const topic = await stand.createStream('faults');
  const events = newBurst('faults', 500);
  await stand.send(topic, events);
  // Nobody listens on the port yet: the sink is in service all the same, and its lag says what waits.
  const sink = await stand.startSink({ HERCULES_ELASTICSEARCH_NODES: proxy.url });
  await waitForMetric(sink, 'hercules_sink_store_available', (value) => value === 0);
  await waitForMetric(sink, 'hercules_sink_lag_records', (value) => value === events.length);
  expect(await stand.admin.groupLag(stand.groupId, topic)).toBe(events.length);
  expect((await sink.request('/status')).status).toBe(200);

  proxy.rule = () => 503;
  await proxy.open();
  await waitForRefusals(503);
  proxy.rule = () => 401;
  await waitForRefusals(401);
  // The template passes, so that it is writes that are turned away from here on.
  for (const status of [429, 502, 403]) {
    proxy.rule = (path) => (isBulk(path) ? status : 'pass');
    await waitForRefusals(status);
  }
  expect(await stand.admin.groupLag(stand.groupId, topic)).toBe(events.length);
  expect(sink.end).toBeUndefined();

  proxy.rule = () => 'pass';
  await stand.waitUntilCommitted(topic);
  expect(await storedIds()).toEqual(events.map(documentIdOf));
  expect(await metricOf(sink, 'hercules_sink_written_records_total')).toBe(events.length);
  expect(await metricOf(sink, 'hercules_sink_dead_lettered_records_total')).toBe(0);
  expect(await metricOf(sink, 'hercules_sink_store_available')).toBe(1);
  expect(await stand.admin.describeTopic(stand.deadLetterStream)).toBeUndefined();
});

it('writes less at once while Elasticsearch answers 429, and more again afterwards', async () => {
  const topic = await stand.createStream('overload');
  await proxy.open();
  const sink = await stand.startSink({ HERCULES_ELASTICSEARCH_NODES: proxy.url, HERCULES_SINK_BATCH_SIZE: '10' });
  expect(await metricOf(sink, 'hercules_sink_concurrent_writes_limit')).toBe(3);
  proxy.rule = (path) => (isBulk(path) ? 429 : 'pass');
  const events = newBurst('overload', 300);
  await stand.send(topic, events);
  await waitForRefusals(429);
  await waitForMetric(sink, 'hercules_sink_concurrent_writes_limit', (value) => value === 1);
  expect(await metricOf(sink, 'hercules_sink_failed_writes_total')).toBeGreaterThanOrEqual(2);

  proxy.rule = () => 'pass';
  await stand.waitUntilCommitted(topic);
  expect(await storedIds()).toEqual(events.map(documentIdOf));
  await waitForMetric(sink, 'hercules_sink_concurrent_writes_limit', (value) => value === 3);
});

it('halves a write that is too large for Elasticsearch until its parts are taken', async () => {
  const topic = await stand.createStream('large');
  let refusals = 0;
  proxy.rule = (path) => (isBulk(path) && refusals++ < 3 ? 413 : 'pass');
  await proxy.open();
  const sink = await stand.startSink({ HERCULES_ELASTICSEARCH_NODES: proxy.url });
  const events = newBurst('large', 100);
  await stand.send(topic, events);
  await stand.waitUntilCommitted(topic);
  expect(proxy.refused.get(413)).toBe(3);
  expect(await storedIds()).toEqual(events.map(documentIdOf));
  expect(await metricOf(sink, 'hercules_sink_dead_lettered_records_total')).toBe(0);
});

it('has every event once after SIGKILL in the middle of its work', async () => {
  const topic = await stand.createStream('kill');
  let bulks = 0;
  // Some writes are acknowledged; then Elasticsearch takes writes that the sink never hears of before it dies.
  proxy.rule = (path) => (isBulk(path) && ++bulks > 3 ? 'swallow' : 'pass');
  await proxy.open();
  const settings = { HERCULES_ELASTICSEARCH_NODES: proxy.url, HERCULES_SINK_BATCH_SIZE: '100' };
  const events = newBurst('kill', 2000);
  // Before the sink starts, so that every write is full.
  await stand.send(topic, events);
  const killed = await stand.startSink(settings);
  await waitUntil('writes are under way', 20_000, () => proxy.swallowed >= 2);
  await killed.kill();
  const before = (await storedIds()).length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(events.length);

  proxy.rule = () => 'pass';
  const successor = await stand.startSink(settings);
  await stand.waitUntilCommitted(topic);
  expect(await storedIds()).toEqual(events.map(documentIdOf));
  expect(await metricOf(successor, 'hercules_sink_duplicated_records_total')).toBeGreaterThanOrEqual(200);
});
