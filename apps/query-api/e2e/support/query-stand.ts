import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { cassandraConfigSchema, createCassandraClient, createKeyspace, keyspaceConfigSchema } from '@hercules/cassandra';
import { BatchingProducer, KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import {
  apiKeyIdentity,
  metadataTopicConfigs,
  type Right,
  ruleKey,
  streamKey,
  stringifyJson,
  type Timeline,
  timelineKey,
} from '@hercules/metadata';
import { encodeEvent, type HerculesEvent, type Logger, tag, TickClock, uuidToBytes, UuidV1Generator, type Value } from '@hercules/protocol';
import { AppProcess, freePort } from '@hercules/service/testing';

export const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
export const CASSANDRA = process.env['HERCULES_TEST_CASSANDRA'] ?? '127.0.0.1:9042';
const ENTRY = join(__dirname, '..', '..', 'src', 'main.ts');
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: NodeJS.Dict<string>;
}

export interface AskOptions {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** A query API of one test suite on a real Kafka and a real Cassandra, with metadata, streams and keyspaces that are nobody else's. */
export class QueryStand {
  readonly suffix = randomBytes(4).toString('hex');
  readonly metadataTopic = `hercules_meta_${this.suffix}`;
  readonly keyspace = `query_${this.suffix}`;
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), SILENT);
  readonly admin = new KafkaAdmin(this.cluster);
  readonly cassandra = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [CASSANDRA] }));
  readonly producer = new BatchingProducer(this.cluster, {}, SILENT);
  readonly apiKey = `query_${randomBytes(16).toString('hex')}`;
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  readonly #apps: AppProcess[] = [];
  port = 0;
  app!: AppProcess;

  async open(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await Promise.all([this.cluster.connect(), this.cassandra.connect()]);
    await this.producer.start();
    await createKeyspace(this.cassandra, this.keyspace, keyspaceConfigSchema.parse({}), 'datacenter1');
    await this.admin.createTopic({ topic: this.metadataTopic, partitions: 1, replicationFactor: 1, configs: metadataTopicConfigs(1) });
    this.port = await freePort();
    this.app = await this.startApp(this.port, env);
  }

  async startApp(port: number, env: Readonly<Record<string, string>> = {}): Promise<AppProcess> {
    const app = new AppProcess({
      entry: ENTRY,
      env: {
        HERCULES_HTTP_PORT: String(port),
        HERCULES_KAFKA_BROKERS: BROKERS,
        HERCULES_METADATA_TOPIC: this.metadataTopic,
        HERCULES_CASSANDRA_CONTACT_POINTS: CASSANDRA,
        HERCULES_TIMELINES_KEYSPACE: this.keyspace,
        HERCULES_TRACING_KEYSPACE: this.keyspace,
        HERCULES_TRACING_STREAM: 'spans',
        ...env,
      },
    });
    this.#apps.push(app);
    await app.waitForStatus(200, 30_000);
    return app;
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.producer.close(5000);
    for (const topic of await this.admin.listTopics()) if (topic.endsWith(this.suffix)) await this.admin.deleteTopic(topic);
    await this.cluster.close();
    await this.cassandra.execute(`DROP KEYSPACE IF EXISTS ${this.keyspace}`, [], { prepare: false });
    await this.cassandra.shutdown();
  }

  /** Writes a record of the metadata, as the management API would. */
  async putMetadata(key: string, document: unknown): Promise<void> {
    const value = document === undefined ? null : Buffer.from(stringifyJson(document));
    await this.producer.sendOne(this.metadataTopic, Buffer.from(key), value);
  }

  async setRule(pattern: string, right: Right, apiKey = this.apiKey, isSet = true): Promise<void> {
    const { digest, prefix } = apiKeyIdentity(apiKey);
    await this.putMetadata(ruleKey(digest, pattern, right), isSet ? { prefix } : undefined);
  }

  /** Makes a stream with its topic. @returns its name */
  async createStream(name: string, partitions = 3, configs: Record<string, string> = {}): Promise<string> {
    const stream = `${name}_${this.suffix}`;
    await this.admin.createTopic({ topic: stream, partitions, replicationFactor: 1, configs });
    await this.putMetadata(streamKey(stream), { type: 'base', name: stream, partitions, shardingKey: [], ttl: 86_400_000 });
    return stream;
  }

  async createTimeline(timeline: Timeline): Promise<void> {
    await this.putMetadata(timelineKey(timeline.name), timeline);
  }

  event(tags: Readonly<Record<string, Value>> = { n: tag.integer(1) }): HerculesEvent {
    return { version: 1, timestamp: this.#clock.now(), uuid: this.#uuids.next(), payload: new Map(Object.entries(tags)) };
  }

  /** Sends events into a stream's topic, to partition after partition. @returns their bytes */
  async send(stream: string, events: readonly HerculesEvent[], partitions = 3): Promise<Buffer[]> {
    const encoded = events.map((event) => encodeEvent(event));
    await Promise.all(
      encoded.map((bytes, i) => this.producer.sendOne(stream, uuidToBytes(events[i]!.uuid), bytes, { partition: i % partitions })),
    );
    return encoded;
  }

  /** Asks with the suite's API key, unless the headers hold another. */
  async ask(path: string, options: AskOptions = {}): Promise<Received> {
    const response = await this.askOpen(path, options);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks), trailers: response.trailers };
  }

  /** The same without waiting for the body. */
  askOpen(path: string, { method = 'GET', headers, body }: AskOptions = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port: this.port,
          path,
          method,
          agent: false,
          headers: {
            ...(headers ?? { authorization: `Hercules apiKey ${this.apiKey}` }),
            ...(body === undefined ? {} : { 'content-length': body.length }),
          },
        },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
