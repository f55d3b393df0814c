import { randomBytes } from 'node:crypto';
import type { AuditMinute, Gap, SinkMinute } from '@hercules/audit';
import { cassandraConfigSchema, createCassandraClient } from '@hercules/cassandra';
import { BatchingProducer, KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import {
  encodeBatch,
  encodeEvent,
  type HerculesEvent,
  type Logger,
  tag,
  TickClock,
  uuidToBytes,
  UuidV1Generator,
  type Value,
} from '@hercules/protocol';
import { spawnApp, type SpawnedApp } from '../src/spawn-app.ts';
import { testServers } from '../src/test-servers.ts';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MASTER_KEY = 'audit-master-key';
const API_KEY = `audit_${'1'.repeat(32)}`;
const HEADERS = { authorization: `Hercules masterApiKey ${MASTER_KEY}`, 'content-type': 'application/json' };

/** The parts of an answer of `GET /audit` that the tests look at. */
export interface Audited {
  readonly isComplete: boolean;
  readonly gaps: readonly Gap[];
  readonly minutes: readonly Omit<AuditMinute, 'minute'>[];
}

/** A gateway, a management API and sinks of one test suite, with streams, groups and a topic of counts that are nobody else's. */
export class AuditStand {
  readonly suffix = randomBytes(4).toString('hex');
  readonly keyspace = `audit_${this.suffix}`;
  readonly indexPrefix = `audit-${this.suffix}-`;
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: testServers().kafka.split(',') }), SILENT);
  readonly admin = new KafkaAdmin(this.cluster);
  readonly #producer = new BatchingProducer(this.cluster, {}, SILENT);
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  readonly #apps: SpawnedApp[] = [];
  #managementApi = '';
  #gateway = '';

  async open(): Promise<void> {
    await this.cluster.connect();
    await this.#producer.start();
    const managementApi = await this.#start('management-api', {
      HERCULES_MASTER_KEYS: MASTER_KEY,
      HERCULES_TASKS_TOPIC: this.named('hercules_tasks'),
      HERCULES_REPLAYS_TOPIC: this.named('hercules_replays'),
      HERCULES_DEAD_LETTERS_STREAM: this.named('dead'),
      HERCULES_DEAD_LETTERS_RESENDINGS_TOPIC: this.named('hercules_resendings'),
    });
    this.#managementApi = managementApi.url;
    await this.post(`/rules/set?key=${API_KEY}&pattern=*_${this.suffix}&rights=rw-`);
    const gateway = await this.startGateway();
    this.#gateway = gateway.url;
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.#producer.close(5000);
    for (const topic of await this.admin.listTopics()) if (topic.endsWith(this.suffix)) await this.admin.deleteTopic(topic);
    await this.cluster.close();
    const { cassandra, elasticsearch } = testServers();
    const client = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [cassandra] }));
    await client.execute(`DROP KEYSPACE IF EXISTS ${this.keyspace}`, [], { prepare: false });
    await client.shutdown();
    await fetch(`${elasticsearch}/${this.indexPrefix}*`, { method: 'DELETE' });
    await fetch(`${elasticsearch}/_index_template/audit-${this.suffix}`, { method: 'DELETE' });
  }

  named(name: string): string {
    return `${name}_${this.suffix}`;
  }

  startGateway(): Promise<SpawnedApp> {
    return this.#start('gateway', { HERCULES_GRPC_ENABLED: 'false' });
  }

  /** Sends through another gateway from now on. */
  use(gateway: SpawnedApp): void {
    this.#gateway = gateway.url;
  }

  /** A sink that writes little at a time, so that it can be killed in the midst of its work. */
  startSink(app: string, stream: string): Promise<SpawnedApp> {
    return this.#start(app, {
      HERCULES_ELASTICSEARCH_NODES: testServers().elasticsearch,
      HERCULES_INDEX_PREFIX: this.indexPrefix,
      HERCULES_CASSANDRA_CONTACT_POINTS: testServers().cassandra,
      HERCULES_TIMELINES_ENABLED: 'false',
      HERCULES_TRACING_KEYSPACE: this.keyspace,
      HERCULES_SINK_PATTERNS: stream,
      HERCULES_SINK_GROUP_ID: this.named(app),
      HERCULES_SINK_DEAD_LETTER_STREAM: this.named('dead'),
      HERCULES_SINK_BATCH_SIZE: '40',
      HERCULES_SINK_MAX_CONCURRENT_WRITES: '2',
      HERCULES_SINK_LINGER_MS: '20',
      HERCULES_SINK_COMMIT_INTERVAL_MS: '50',
      HERCULES_SINK_SESSION_TIMEOUT_MS: '6000',
    });
  }

  async createStream(name: string): Promise<string> {
    const stream = this.named(name);
    await this.post('/streams/create', { type: 'base', name: stream, partitions: 2, shardingKey: [], ttl: 86_400_000 });
    return stream;
  }

  event(tags: Readonly<Record<string, Value>> = { message: tag.string('hello') }, agoMs = 0): HerculesEvent {
    return {
      version: 1,
      timestamp: this.#clock.now() - BigInt(agoMs) * 10_000n,
      uuid: this.#uuids.next(),
      payload: new Map(Object.entries(tags)),
    };
  }

  span(): HerculesEvent {
    return this.event({ traceId: tag.uuid(this.#uuids.next()), spanId: tag.uuid(this.#uuids.next()) });
  }

  /** Through the gateway, in batches; resolves when Kafka has all of them. */
  async send(stream: string, events: readonly HerculesEvent[], batch = 100): Promise<void> {
    for (let at = 0; at < events.length; at += batch) {
      const response = await fetch(`${this.#gateway}/stream/send?stream=${stream}`, {
        method: 'POST',
        headers: { authorization: `Hercules apiKey ${API_KEY}`, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(encodeBatch(events.slice(at, at + batch))),
      });
      if (response.status !== 200) throw new Error(`the gateway answered ${response.status}: ${await response.text()}`);
    }
  }

  /** Past all gateways. */
  async sendToTopic(topic: string, events: readonly HerculesEvent[]): Promise<void> {
    await this.#producer.prepareTopic(topic);
    await Promise.all(events.map((event) => this.#producer.sendOne(topic, uuidToBytes(event.uuid), encodeEvent(event))));
  }

  lag(app: string, stream: string): Promise<number> {
    return this.admin.groupLag(this.named(app), stream);
  }

  async documents(): Promise<number> {
    const { elasticsearch } = testServers();
    await fetch(`${elasticsearch}/${this.indexPrefix}*/_refresh`, { method: 'POST' });
    const { count } = (await (await fetch(`${elasticsearch}/${this.indexPrefix}*/_count`)).json()) as { count: number };
    return count;
  }

  async audit(stream: string, query = ''): Promise<Audited> {
    const response = await fetch(`${this.#managementApi}/audit?stream=${stream}&from=-30m${query}`, { headers: HEADERS });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as Audited;
  }

  async post(path: string, document?: object): Promise<string> {
    const body = document === undefined ? '' : JSON.stringify(document);
    const response = await fetch(`${this.#managementApi}${path}`, { method: 'POST', headers: HEADERS, body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  }

  async #start(app: string, env: Readonly<Record<string, string>>): Promise<SpawnedApp> {
    const started = await spawnApp(`apps/${app}/src/main.ts`, {
      HERCULES_KAFKA_BROKERS: testServers().kafka,
      HERCULES_METADATA_TOPIC: this.named('hercules_meta'),
      HERCULES_AUDIT_TOPIC: this.named('hercules_audit'),
      HERCULES_AUDIT_PUBLISH_INTERVAL_MS: '300',
      ...env,
    });
    this.#apps.push(started);
    return started;
  }
}

/** The numbers of all minutes together. */
export function totals({ minutes }: Audited): {
  acknowledged: number;
  records: number;
  late: number;
  sinks: Record<string, Omit<SinkMinute, 'group' | 'app'>>;
} {
  const sinks: Record<string, Record<string, number>> = {};
  for (const { group, ...numbers } of minutes.flatMap(({ sinks: all }) => all)) {
    const sum = (sinks[group] ??= {});
    for (const [name, value] of Object.entries(numbers)) if (typeof value === 'number') sum[name] = (sum[name] ?? 0) + value;
  }
  return {
    acknowledged: minutes.reduce((sum, { gateway }) => sum + gateway.acknowledged, 0),
    records: minutes.reduce((sum, { topic }) => sum + topic.records, 0),
    late: minutes.reduce((sum, { gateway }) => sum + gateway.late, 0),
    sinks: sinks as unknown as Record<string, Omit<SinkMinute, 'group' | 'app'>>,
  };
}
