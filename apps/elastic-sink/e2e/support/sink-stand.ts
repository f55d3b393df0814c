import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BatchConsumer, BatchingProducer, Delivery, KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import { type HerculesEvent, type Logger, readEvent } from '@hercules/protocol';
import { AppProcess, freePort, parsePrometheusText, waitUntil } from '@hercules/service/testing';
import { type FoundDocument, TestElasticsearch } from './test-elasticsearch.ts';

const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const ENTRY = join(__dirname, '..', '..', 'src', 'main.ts');
const UUID_START = 9;
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Sinks of one test suite with streams, indexes and a group that are nobody else's, and all of it taken away at the end. */
export class SinkStand {
  readonly elasticsearch = new TestElasticsearch();
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), SILENT);
  readonly admin = new KafkaAdmin(this.cluster);
  readonly #name = `sinke2e_${randomBytes(4).toString('hex')}`;
  readonly deadLetterStream = `${this.#name}_dead`;
  readonly groupId = `${this.#name}_group`;
  readonly templateName = `e2e-${this.#name.slice(8)}`;
  readonly indexPrefix = `${this.templateName}-`;
  readonly #producer = new BatchingProducer(this.cluster, {}, SILENT);
  readonly #apps: AppProcess[] = [];

  async open(): Promise<void> {
    await this.cluster.connect();
    await this.#producer.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.#producer.close(5000);
    for (const topic of await this.admin.listTopics()) if (topic.startsWith(this.#name)) await this.admin.deleteTopic(topic);
    await this.cluster.close();
    await this.elasticsearch.clean(this.indexPrefix, this.templateName);
  }

  /** Creates a topic that the sinks read. */
  async createStream(name: string): Promise<string> {
    const topic = `${this.#name}_in_${name}`;
    await this.admin.createTopic({ topic, partitions: 1, replicationFactor: 1, configs: {} });
    return topic;
  }

  /** Starts a sink and waits until it is in service. */
  async startSink(env: Readonly<Record<string, string>> = {}): Promise<AppProcess> {
    const app = new AppProcess({
      entry: ENTRY,
      env: {
        HERCULES_HTTP_PORT: String(await freePort()),
        HERCULES_KAFKA_BROKERS: BROKERS,
        HERCULES_ELASTICSEARCH_NODES: this.elasticsearch.url,
        HERCULES_INDEX_PREFIX: this.indexPrefix,
        HERCULES_SINK_GROUP_ID: this.groupId,
        HERCULES_SINK_PATTERNS: `${this.#name}_in_*`,
        HERCULES_SINK_DEAD_LETTER_STREAM: this.deadLetterStream,
        HERCULES_SINK_LINGER_MS: '20',
        HERCULES_SINK_COMMIT_INTERVAL_MS: '50',
        HERCULES_SINK_RETRY_MAX_MS: '300',
        HERCULES_SINK_SESSION_TIMEOUT_MS: '6000',
        ...env,
      },
    });
    this.#apps.push(app);
    await app.waitForStatus(200, 30_000);
    return app;
  }

  /** Writes values to a stream as the gateway does, in their order; resolves when Kafka has them. */
  async send(topic: string, values: readonly Buffer[]): Promise<void> {
    await this.#producer.prepareTopic(topic);
    const delivery = new Delivery();
    for (const value of values) {
      const keyStart = value.length >= UUID_START + 16 ? UUID_START : -1;
      this.#producer.append(topic, 0, value, keyStart, UUID_START + 16, value, 0, value.length, Date.now(), delivery);
    }
    delivery.seal();
    await delivery.promise;
  }

  documents(): Promise<FoundDocument[]> {
    return this.elasticsearch.documents(`${this.indexPrefix}*`);
  }

  /** Waits until every record of the stream is committed: then all of them have come to their end. */
  async waitUntilCommitted(topic: string): Promise<void> {
    await waitUntil(`no lag in ${topic}`, 30_000, async () => (await this.admin.groupLag(this.groupId, topic)) === 0);
  }

  /** Reads the first dead letters, in their order. @throws Error when there are fewer */
  async deadLetters(count: number): Promise<HerculesEvent[]> {
    const letters: HerculesEvent[] = [];
    const consumer: BatchConsumer = new BatchConsumer(
      this.cluster,
      { groupId: `${this.groupId}_${randomBytes(4).toString('hex')}`, topics: [this.deadLetterStream] },
      {
        onBlock: (block) => {
          for (let i = 0; i < block.count; i++) letters.push(readEvent(block.buffer, block.valueStarts[i]).event);
          consumer.release(block);
        },
        onRevoked: () => Promise.resolve(),
      },
      SILENT,
    );
    await consumer.start();
    try {
      await waitUntil(`${count} dead letters`, 20_000, () => letters.length >= count);
    } finally {
      await consumer.stop();
    }
    return letters;
  }
}

/** The sum of a metric of the app over all its labels. @throws Error when there is no such metric */
export async function metricOf(app: AppProcess, name: string): Promise<number> {
  const metric = parsePrometheusText((await app.request('/metrics')).body).get(name);
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric.samples.reduce((sum, { value }) => sum + value, 0);
}
