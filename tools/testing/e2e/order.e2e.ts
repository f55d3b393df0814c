import { randomBytes } from 'node:crypto';
import { BatchingProducer, KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import { apiKeyIdentity, ruleKey, stringifyJson, timelineKey } from '@hercules/metadata';
import {
  decodeTimelineContent,
  encodeEvent,
  type HerculesEvent,
  type Logger,
  tag,
  TickClock,
  uuidToBytes,
  UuidV1Generator,
} from '@hercules/protocol';
import { spawnApp, type SpawnedApp } from '../src/spawn-app.ts';
import { testServers } from '../src/test-servers.ts';
import { waitFor } from '../src/wait-for.ts';

jest.setTimeout(120_000);

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const EVENTS = 1000;
const API_KEY = `order_${'1'.repeat(32)}`;

/**
 * Events that one process writes in a burst, many in a millisecond, come out of the stores in the order written: its clock gives each a time of its own
 * (docs/protocol.md), by which Elasticsearch and timelines sort.
 */
describe('the order of a burst', () => {
  const suffix = randomBytes(4).toString('hex');
  const metadataTopic = `hercules_meta_${suffix}`;
  const keyspace = `order_${suffix}`;
  const { kafka, elasticsearch, cassandra } = testServers();
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: kafka.split(',') }), SILENT);
  const admin = new KafkaAdmin(cluster);
  const producer = new BatchingProducer(cluster, {}, SILENT);
  const clock = new TickClock();
  const uuids = new UuidV1Generator();
  const apps: SpawnedApp[] = [];

  const start = async (app: string, env: Readonly<Record<string, string>>): Promise<SpawnedApp> => {
    const started = await spawnApp(`apps/${app}/src/main.ts`, {
      HERCULES_KAFKA_BROKERS: kafka,
      HERCULES_METADATA_TOPIC: metadataTopic,
      HERCULES_SINK_GROUP_ID: `${app}_${suffix}`,
      HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${suffix}`,
      HERCULES_SINK_LINGER_MS: '20',
      ...env,
    });
    apps.push(started);
    return started;
  };
  /** All at once, so that several share a tick of the wall clock, into several partitions. */
  const burst = (payload: (n: number) => HerculesEvent['payload']): HerculesEvent[] =>
    Array.from({ length: EVENTS }, (_, n) => ({ version: 1, timestamp: clock.now(), uuid: uuids.next(), payload: payload(n) }));
  const createTopic = async (name: string): Promise<string> => {
    const topic = `${name}_${suffix}`;
    await admin.createTopic({ topic, partitions: 3, replicationFactor: 1, configs: {} });
    return topic;
  };
  const send = (topic: string, events: readonly HerculesEvent[]): Promise<unknown> =>
    Promise.all(events.map((event, i) => producer.sendOne(topic, uuidToBytes(event.uuid), encodeEvent(event), { partition: i % 3 })));

  beforeAll(async () => {
    await cluster.connect();
    await producer.start();
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await producer.close(5000);
    for (const topic of await admin.listTopics()) if (topic.endsWith(suffix)) await admin.deleteTopic(topic);
    await cluster.close();
    await fetch(`${elasticsearch}/order-${suffix}-*`, { method: 'DELETE' });
    await fetch(`${elasticsearch}/_index_template/order-${suffix}`, { method: 'DELETE' });
  });

  it('of 1000 log events is kept by Elasticsearch', async () => {
    const topic = await createTopic('logs');
    await start('elastic-sink', {
      HERCULES_ELASTICSEARCH_NODES: elasticsearch,
      HERCULES_SINK_PATTERNS: topic,
      HERCULES_INDEX_PREFIX: `order-${suffix}-`,
    });
    const events = burst((n) => new Map([['message', tag.string(`line ${n}`)]]));
    expect(new Set(events.map(({ timestamp }) => timestamp / 10_000n)).size).toBeLessThan(EVENTS);
    await send(topic, events);
    const search = async (): Promise<string[]> => {
      await fetch(`${elasticsearch}/order-${suffix}-*/_refresh`, { method: 'POST' });
      const body = { size: 2 * EVENTS, sort: [{ '@timestamp': 'asc' }], _source: ['message'] };
      const response = await fetch(`${elasticsearch}/order-${suffix}-*/_search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { hits } = (await response.json()) as { hits?: { hits: { _source: { message: string } }[] } };
      return (hits?.hits ?? []).map(({ _source }) => _source.message);
    };
    await waitFor(async () => (await search()).length >= EVENTS, 30_000, 'all events are found');
    expect(await search()).toEqual(events.map((_, n) => `line ${n}`));
  });

  it('of 1000 spans and 1000 metrics is kept by a timeline', async () => {
    const streams = [await createTopic('spans'), await createTopic('metrics')] as const;
    const name = `order_${suffix}`;
    const timeline = { name, slices: 1, shardingKey: [], ttl: 3_600_000, timetrapSize: 60_000, streams, filters: [] };
    const sink = { HERCULES_CASSANDRA_CONTACT_POINTS: cassandra, HERCULES_TIMELINES_KEYSPACE: keyspace, HERCULES_TRACING_ENABLED: 'false' };
    const [, query] = await Promise.all([
      start('cassandra-sink', sink),
      start('query-api', { HERCULES_CASSANDRA_CONTACT_POINTS: cassandra, HERCULES_TIMELINES_KEYSPACE: keyspace }),
    ]);
    const { digest, prefix } = apiKeyIdentity(API_KEY);
    const put = (key: string, value: object) => producer.sendOne(metadataTopic, Buffer.from(key), Buffer.from(stringifyJson(value)));
    await put(timelineKey(name), timeline);
    await put(ruleKey(digest, name, 'read'), { prefix });

    const spans = burst(
      () =>
        new Map([
          ['traceId', tag.uuid(uuids.next())],
          ['spanId', tag.uuid(uuids.next())],
        ]),
    );
    const metrics = burst((n) => new Map([['value', tag.double(n)]]));
    await Promise.all([send(streams[0], spans), send(streams[1], metrics)]);
    const written = [...spans, ...metrics];
    const [from, to] = [written[0]!.timestamp, written.at(-1)!.timestamp + 1n];
    const read = async (): Promise<string[]> => {
      const path = `/timeline/read?timeline=${name}&shardIndex=0&shardCount=1&take=${3 * EVENTS}&from=${from}&to=${to}`;
      const response = await fetch(`${query.url}${path}`, { method: 'POST', body: new Uint8Array(4), headers: { apiKey: API_KEY } });
      if (response.status !== 200) return [];
      return decodeTimelineContent(Buffer.from(await response.arrayBuffer())).events.map(({ uuid }) => uuid);
    };
    await waitFor(async () => (await read()).length >= written.length, 30_000, 'all events are stored');
    expect(await read()).toEqual(written.map(({ uuid }) => uuid));
  });
});
