import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { cassandraConfigSchema, createCassandraClient, spanIndexBucket, spanIndexShard } from '@hercules/cassandra';
import { BatchingProducer, KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import {
  encodeEvent,
  type HerculesEvent,
  type Logger,
  NIL_UUID,
  tag,
  TickClock,
  uuidToBytes,
  UuidV1Generator,
  type Value,
} from '@hercules/protocol';
import { AppProcess, freePort, waitUntil } from '@hercules/service/testing';

jest.setTimeout(90_000);

const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const CASSANDRA = process.env['HERCULES_TEST_CASSANDRA'] ?? '127.0.0.1:9042';
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The sink on a real Kafka and a real Cassandra. */
describe('spans in Cassandra', () => {
  const suffix = randomBytes(4).toString('hex');
  const topic = `traces_e2e_${suffix}`;
  const keyspace = `spans_${suffix}`;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), SILENT);
  const admin = new KafkaAdmin(cluster);
  const producer = new BatchingProducer(cluster, {}, SILENT);
  const client = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [CASSANDRA] }));
  const clock = new TickClock();
  const uuids = new UuidV1Generator();
  const apps: AppProcess[] = [];

  const startSink = async (env: Readonly<Record<string, string>> = {}): Promise<AppProcess> => {
    const app = new AppProcess({
      entry: join(__dirname, '..', 'src', 'main.ts'),
      env: {
        HERCULES_HTTP_PORT: String(await freePort()),
        HERCULES_KAFKA_BROKERS: BROKERS,
        HERCULES_CASSANDRA_CONTACT_POINTS: CASSANDRA,
        HERCULES_TRACING_KEYSPACE: keyspace,
        HERCULES_TIMELINES_ENABLED: 'false',
        HERCULES_SINK_PATTERNS: topic,
        HERCULES_SINK_GROUP_ID: `spans_${suffix}`,
        HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${suffix}`,
        HERCULES_SINK_LINGER_MS: '20',
        HERCULES_SINK_COMMIT_INTERVAL_MS: '50',
        ...env,
      },
    });
    apps.push(app);
    await app.waitForStatus(200, 30_000);
    return app;
  };
  const span = (tags: Record<string, Value>, annotations: Record<string, Value> = {}): HerculesEvent => ({
    version: 1,
    timestamp: clock.now(),
    uuid: uuids.next(),
    payload: new Map(Object.entries({ ...tags, annotations: tag.container(annotations) })),
  });
  const send = (...events: HerculesEvent[]) =>
    Promise.all(events.map((event) => producer.sendOne(topic, uuidToBytes(event.uuid), encodeEvent(event))));
  const rows = async (table: string): Promise<Record<string, unknown>[]> => {
    const result = await client.execute(`SELECT * FROM ${keyspace}.${table}`, [], { prepare: false, fetchSize: 50_000 });
    return result.rows.map((row) =>
      Object.fromEntries(
        result.columns.map(({ name }) => [
          name,
          typeof row[name] === 'object' && !Buffer.isBuffer(row[name]) ? String(row[name]) : (row[name] as unknown),
        ]),
      ),
    );
  };
  const metric = async (app: AppProcess, name: string): Promise<number> =>
    Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)`, 'm').exec((await app.request('/metrics')).body)?.[1]);

  beforeAll(async () => {
    await Promise.all([cluster.connect(), client.connect()]);
    await producer.start();
    await admin.createTopic({ topic, partitions: 2, replicationFactor: 1, configs: {} });
  });

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.kill()));
  });

  afterAll(async () => {
    await producer.close(5000);
    for (const name of await admin.listTopics()) if (name.endsWith(suffix)) await admin.deleteTopic(name);
    await cluster.close();
    await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`, [], { prepare: false });
    await client.shutdown();
  });

  it('are three rows each, as they were sent', async () => {
    const sink = await startSink();
    const [traceId, root, child] = [uuids.next(), uuids.next(), uuids.next()];
    const begin = clock.now();
    const first = span(
      { traceId: tag.uuid(traceId), spanId: tag.uuid(root), beginTimestampUtc: tag.long(begin), endTimestampUtc: tag.long(begin + 500n) },
      { application: tag.string('front'), operation: tag.string('GET /'), status: tag.string('error') },
    );
    const second = span({ traceId: tag.uuid(traceId), spanId: tag.uuid(child), parentSpanId: tag.uuid(root) });
    await send(first, second);
    await waitUntil('both are stored', 30_000, async () => (await metric(sink, 'hercules_sink_written_records_total')) === 2);

    const bySpan = (a: Record<string, unknown>, b: Record<string, unknown>) => String(a['span_id']).localeCompare(String(b['span_id']));
    expect((await rows('tracing_spans')).sort(bySpan)).toEqual(
      [
        { trace_id: traceId, parent_span_id: NIL_UUID, span_id: root, payload: encodeEvent(first) },
        { trace_id: traceId, parent_span_id: root, span_id: child, payload: encodeEvent(second) },
      ].sort(bySpan),
    );
    const shard = spanIndexShard(uuidToBytes(traceId));
    const indexed = (service: string, operation: string, began: bigint, span_id: string, duration: bigint, error: boolean) => ({
      service,
      operation,
      bucket: BigInt(spanIndexBucket(began)),
      shard,
      began,
      trace_id: traceId,
      span_id,
      duration,
      error,
    });
    const byOperation = (a: Record<string, unknown>, b: Record<string, unknown>) =>
      `${String(a['service'])}${String(a['operation'])}`.localeCompare(`${String(b['service'])}${String(b['operation'])}`);
    expect((await rows('tracing_index')).sort(byOperation)).toEqual(
      [
        indexed('front', '', begin, root, 500n, true),
        indexed('front', 'GET /', begin, root, 500n, true),
        indexed('unknown', '', second.timestamp, child, 0n, false),
      ].sort(byOperation),
    );
    const names = (await rows('tracing_names')).map(({ kind, service, name }) => `${String(kind)}/${String(service)}/${String(name)}`);
    expect(names.sort()).toEqual(['operation/front/GET /', 'service//front', 'service//unknown']);
  });

  it('are there once, however often they come', async () => {
    const before = (await rows('tracing_spans')).length;
    const sink = await startSink({ HERCULES_SINK_GROUP_ID: `again_${suffix}` });
    await waitUntil('they came again', 30_000, async () => (await metric(sink, 'hercules_sink_written_records_total')) >= before);
    expect((await rows('tracing_spans')).length).toBe(before);
    expect((await rows('tracing_index')).length).toBe(3);
  });

  it('without ids, and what is no event, are put aside with a reason', async () => {
    const sink = await startSink();
    await send(span({ spanId: tag.uuid(uuids.next()) }), span({ traceId: tag.string('x'), spanId: tag.uuid(uuids.next()) }));
    await producer.sendOne(topic, null, Buffer.from('no event at all, but long enough to be one'));
    await waitUntil('all are put aside', 30_000, async () => (await metric(sink, 'hercules_sink_dead_lettered_records_total')) === 3);
    expect(await rows('tracing_spans')).toHaveLength(2);
  });

  it('wait for a Cassandra that is not there yet', async () => {
    const port = await freePort();
    const sink = await startSink({ HERCULES_CASSANDRA_CONTACT_POINTS: `127.0.0.1:${port}`, HERCULES_SINK_GROUP_ID: `patient_${suffix}` });
    await waitUntil('it has tried', 30_000, async () => /"the store cannot be prepared yet/.test(sink.stdout));
    expect((await sink.request('/status')).status).toBe(200);
    expect(await metric(sink, 'hercules_sink_store_available')).toBe(0);
    sink.signal('SIGTERM');
    expect(await sink.waitForEnd(15_000)).toBe(0);
  });
});
