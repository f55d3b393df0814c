import { randomBytes } from 'node:crypto';
import { cassandraConfigSchema, createCassandraClient } from '@hercules/cassandra';
import { BatchingProducer, KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { type HerculesEvent, encodeEvent, type Logger, uuidToBytes } from '@hercules/protocol';
import { spawnApp, type SpawnAppOptions, type SpawnedApp } from '../src/spawn-app.ts';
import { testServers } from '../src/test-servers.ts';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MASTER_KEY = 'timeline-master-key';

/** Management APIs and sinks of one test suite, with metadata, streams and a keyspace that are nobody else's. */
export class TimelineStand {
  readonly suffix = randomBytes(4).toString('hex');
  readonly keyspace = `timelines_${this.suffix}`;
  readonly client = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [testServers().cassandra] }));
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: testServers().kafka.split(',') }), SILENT);
  readonly admin = new KafkaAdmin(this.cluster);
  readonly #producer = new BatchingProducer(this.cluster, {}, SILENT);
  readonly #apps: SpawnedApp[] = [];

  async open(): Promise<void> {
    await Promise.all([this.client.connect(), this.cluster.connect()]);
    await this.#producer.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.#producer.close(5000);
    for (const topic of await this.admin.listTopics()) if (topic.endsWith(this.suffix)) await this.admin.deleteTopic(topic);
    await this.cluster.close();
    await this.client.execute(`DROP KEYSPACE IF EXISTS ${this.keyspace}`, [], { prepare: false });
    await this.client.shutdown();
  }

  startManagementApi(): Promise<SpawnedApp> {
    return this.#start('apps/management-api/src/main.ts', {
      HERCULES_MASTER_KEYS: MASTER_KEY,
      HERCULES_TASKS_TOPIC: `hercules_tasks_${this.suffix}`,
      HERCULES_TASKS_SESSION_TIMEOUT_MS: '6000',
      HERCULES_DELETE_GRACE_PERIOD_MS: '100',
    });
  }

  startSink(env: Readonly<Record<string, string>> = {}, options?: SpawnAppOptions): Promise<SpawnedApp> {
    return this.#start(
      'apps/cassandra-sink/src/main.ts',
      {
        HERCULES_CASSANDRA_CONTACT_POINTS: testServers().cassandra,
        HERCULES_TRACING_ENABLED: 'false',
        HERCULES_TIMELINES_KEYSPACE: this.keyspace,
        HERCULES_SINK_LINGER_MS: '20',
        HERCULES_SINK_COMMIT_INTERVAL_MS: '50',
        HERCULES_SINK_SESSION_TIMEOUT_MS: '6000',
        HERCULES_SINK_RETRY_MAX_MS: '300',
        HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${this.suffix}`,
        ...env,
      },
      options,
    );
  }

  /** A stream without a management API: what counts here is its topic. */
  async createTopic(name: string, partitions = 2): Promise<string> {
    const topic = `${name}_${this.suffix}`;
    await this.admin.createTopic({ topic, partitions, replicationFactor: 1, configs: {} });
    return topic;
  }

  async send(topic: string, events: readonly HerculesEvent[]): Promise<void> {
    await Promise.all(
      events.map((event, i) => this.#producer.sendOne(topic, uuidToBytes(event.uuid), encodeEvent(event), { partition: i % 2 })),
    );
  }

  /** POST with the master key. @returns status and text */
  async post(api: SpawnedApp, path: string, document?: object): Promise<{ status: number; text: string }> {
    const response = await fetch(`${api.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Hercules masterApiKey ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: document === undefined ? '' : JSON.stringify(document),
    });
    return { status: response.status, text: await response.text() };
  }

  async list(api: SpawnedApp): Promise<unknown> {
    const response = await fetch(`${api.url}/timelines/list`, { headers: { authorization: `Hercules masterApiKey ${MASTER_KEY}` } });
    return response.json();
  }

  /** Time to live of a timeline's table in seconds; undefined when there is no such table. */
  async tableTtl(timeline: string): Promise<number | undefined> {
    const query = 'SELECT default_time_to_live FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?';
    const { rows } = await this.client.execute(query, [this.keyspace, timeline], { prepare: true });
    return rows[0]?.['default_time_to_live'] as number | undefined;
  }

  /** All rows of a timeline's table. */
  async rows(timeline: string): Promise<{ slice: number; ttOffset: bigint; eventId: Buffer; payload: Buffer }[]> {
    const query = `SELECT slice, tt_offset, event_id, payload FROM ${this.keyspace}."${timeline}"`;
    const { rows } = await this.client.execute(query, [], { prepare: false, fetchSize: 50_000 });
    return rows.map((row) => ({
      slice: row['slice'] as number,
      ttOffset: row['tt_offset'] as bigint,
      eventId: row['event_id'] as Buffer,
      payload: row['payload'] as Buffer,
    }));
  }

  async #start(entry: string, env: Readonly<Record<string, string>>, options: SpawnAppOptions = {}): Promise<SpawnedApp> {
    const app = await spawnApp(
      entry,
      {
        HERCULES_KAFKA_BROKERS: testServers().kafka,
        HERCULES_METADATA_TOPIC: `hercules_meta_${this.suffix}`,
        HERCULES_REPLAYS_TOPIC: `hercules_replays_${this.suffix}`,
        ...env,
      },
      options,
    );
    this.#apps.push(app);
    return app;
  }
}
