import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { cassandraConfigSchema, createCassandraClient } from '@hercules/cassandra';
import { KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { AppProcess, freePort } from '@hercules/service/testing';
import { StreamRenamer } from './stream-renamer.ts';

/** Where the tests' real servers are. */
export const SERVERS = {
  kafka: process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092',
  elasticsearch: process.env['HERCULES_TEST_ELASTICSEARCH'] ?? 'http://127.0.0.1:9200',
  cassandra: process.env['HERCULES_TEST_CASSANDRA'] ?? '127.0.0.1:9042',
  /** host:port for lines, host:port for pickle, base URL of the render API. */
  graphite: (process.env['HERCULES_TEST_GRAPHITE'] ?? '127.0.0.1:2003,127.0.0.1:2004,http://127.0.0.1:8080').split(','),
};

const APPS = join(__dirname, '..', '..', '..', '..', 'apps');
const MASTER_KEY = 'whole-path-master-key';
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * The apps between the demo and the stores, as `npm start` wires them, with streams, indexes and metrics that are nobody else's:
 * management-api, gateway, and the sinks for logs, annotations and metrics.
 */
export class WholePath {
  readonly name = `demo_${randomBytes(4).toString('hex')}`;
  readonly apiKey = `demo_${randomBytes(16).toString('hex')}`;
  /** Of Elasticsearch. */
  readonly logIndexes = `${this.name}-logs-*`;
  readonly annotationIndex = `${this.name}-annotations`;
  /** Base URLs by the apps' names. */
  readonly urls = new Map<string, string>();
  readonly #apps: AppProcess[] = [];
  readonly #streams = {
    logs_shop: `logs_${this.name}`,
    traces_demo: `traces_${this.name}`,
    metrics_demo: `metrics_${this.name}`,
    annotations_demo: `annotations_${this.name}`,
  };
  readonly #withTraces: boolean;
  #grpcPort = 0;
  #renamer: StreamRenamer | undefined;

  /** @param options traces: with cassandra-sink and query-api too */
  constructor(options: { readonly traces?: boolean } = {}) {
    this.#withTraces = options.traces ?? false;
  }

  get grpcUrl(): string {
    return `http://127.0.0.1:${this.#grpcPort}`;
  }

  /** What the demo takes for the gateway. */
  get gateway(): string {
    return this.#renamer!.url;
  }

  async start(): Promise<void> {
    const { name } = this;
    const metadata = { HERCULES_METADATA_TOPIC: `${name}_metadata` };
    const management = await this.#startApp('management-api', 'management-api', {
      ...metadata,
      HERCULES_TASKS_TOPIC: `${name}_tasks`,
      HERCULES_MASTER_KEYS: MASTER_KEY,
    });
    this.#grpcPort = await freePort();
    const gateway = await this.#startApp('gateway', 'gateway', {
      ...metadata,
      HERCULES_GRPC_PORT: String(this.#grpcPort),
      HERCULES_OTLP_LOGS_STREAM: this.#streams.logs_shop,
      HERCULES_OTLP_TRACES_STREAM: this.#streams.traces_demo,
      HERCULES_OTLP_METRICS_STREAM: this.#streams.metrics_demo,
    });
    for (const stream of Object.values(this.#streams)) {
      const definition = { type: 'base', name: stream, partitions: 1, shardingKey: [], ttl: 3_600_000, description: null };
      await this.#manage(management, '/streams/create', definition);
      await this.#manage(management, `/rules/set?key=${this.apiKey}&pattern=${stream}&rights=rw-`);
    }
    const sink = { HERCULES_SINK_DEAD_LETTER_STREAM: `${name}_dead` };
    const elasticSink = { ...sink, HERCULES_ELASTICSEARCH_NODES: SERVERS.elasticsearch };
    await Promise.all([
      this.#startApp('elastic-sink', 'elastic-sink', {
        ...elasticSink,
        HERCULES_SINK_PATTERNS: this.#streams.logs_shop,
        HERCULES_INDEX_PREFIX: `${name}-logs-`,
      }),
      this.#startApp('annotation-sink', 'elastic-sink', {
        ...elasticSink,
        HERCULES_SINK_PATTERNS: this.#streams.annotations_demo,
        HERCULES_MAPPING: 'annotation-event',
        HERCULES_INDEX_PREFIX: `${name}-`,
        HERCULES_INDEX_POLICY: 'STATIC',
        HERCULES_INDEX_RESOLVERS: JSON.stringify([{ type: 'static', name: 'annotations' }]),
      }),
      this.#startApp('graphite-sink', 'graphite-sink', {
        ...sink,
        HERCULES_SINK_PATTERNS: this.#streams.metrics_demo,
        HERCULES_GRAPHITE_LOCAL_ENDPOINTS: SERVERS.graphite[0]!,
        HERCULES_GRAPHITE_TAGS: 'true',
      }),
    ]);
    if (this.#withTraces) await this.#startTraces({ ...metadata, ...sink });
    this.#renamer = await StreamRenamer.start(gateway, this.#streams);
  }

  async #startTraces(env: Readonly<Record<string, string>>): Promise<void> {
    const traces = { ...env, HERCULES_CASSANDRA_CONTACT_POINTS: SERVERS.cassandra, HERCULES_TRACING_KEYSPACE: this.name };
    await this.#startApp('cassandra-sink', 'cassandra-sink', {
      ...traces,
      HERCULES_SINK_PATTERNS: this.#streams.traces_demo,
      HERCULES_TIMELINES_ENABLED: 'false',
    });
    await this.#startApp('query-api', 'query-api', {
      ...traces,
      HERCULES_TIMELINES_KEYSPACE: this.name,
      HERCULES_TRACING_STREAM: this.#streams.traces_demo,
    });
  }

  async stop(): Promise<void> {
    await this.#renamer?.close();
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.#dropTopics();
    if (this.#withTraces) await this.#dropKeyspace();
    for (const index of [this.logIndexes, this.annotationIndex]) await this.#drop(index);
    for (const template of [`${this.name}-logs`, this.annotationIndex]) await this.#drop(`_index_template/${template}`);
  }

  async #startApp(name: string, app: string, env: Readonly<Record<string, string>>): Promise<string> {
    const port = String(await freePort());
    const process = new AppProcess({
      entry: join(APPS, app, 'src', 'main.ts'),
      env: { HERCULES_HTTP_PORT: port, HERCULES_KAFKA_BROKERS: SERVERS.kafka, ...env },
    });
    this.#apps.push(process);
    await process.waitForStatus(200, 60_000);
    const url = `http://127.0.0.1:${port}`;
    this.urls.set(name, url);
    return url;
  }

  async #manage(url: string, path: string, body?: object): Promise<void> {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Hercules masterApiKey ${MASTER_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  async #dropTopics(): Promise<void> {
    const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: SERVERS.kafka.split(',') }), SILENT);
    await cluster.connect();
    const admin = new KafkaAdmin(cluster);
    for (const topic of await admin.listTopics()) if (topic.includes(this.name)) await admin.deleteTopic(topic);
    await cluster.close();
  }

  async #dropKeyspace(): Promise<void> {
    const client = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [SERVERS.cassandra] }));
    await client.execute(`DROP KEYSPACE IF EXISTS ${this.name}`);
    await client.shutdown();
  }

  /** Wildcards do not delete anything in Elasticsearch by default, so the names are asked for. */
  async #drop(path: string): Promise<void> {
    const names = path.endsWith('*')
      ? Object.keys((await (await fetch(`${SERVERS.elasticsearch}/${path}/_settings`)).json()) as object)
      : [path];
    for (const name of names) await fetch(`${SERVERS.elasticsearch}/${name}`, { method: 'DELETE' });
  }
}
