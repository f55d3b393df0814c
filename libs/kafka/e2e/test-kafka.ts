import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@hercules/protocol';
import { type Admin, CompressionTypes, Kafka, logLevel, type Message } from 'kafkajs';
import { KafkaCluster } from '../src/cluster.ts';
import { kafkaConfigSchema } from '../src/config.ts';

const BROKERS = (process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092').split(',');

/** Keeps what was logged, so that a test can look at it. */
export class LogRecorder implements Logger {
  readonly lines: { level: string; message: string; fields: object }[] = [];
  readonly debug: Logger['debug'] = () => undefined;
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  #at(level: string): Logger['info'] {
    return (fields, message) => {
      this.lines.push({
        level,
        message: typeof fields === 'string' ? fields : (message ?? ''),
        fields: typeof fields === 'string' ? {} : fields,
      });
    };
  }
}

/**
 * The real Kafka of the tests. It is written to and looked at with kafkajs' own producer and admin, so that what is tested is not also what
 * the tests rely on.
 */
export class TestKafka {
  readonly log = new LogRecorder();
  readonly prefix = `kafka_e2e_${randomBytes(4).toString('hex')}_`;
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS }), this.log);
  readonly #kafka = new Kafka({ brokers: BROKERS, clientId: 'e2e', logLevel: logLevel.NOTHING });
  readonly admin: Admin = this.#kafka.admin();
  readonly #topics = new Set<string>();

  async connect(): Promise<void> {
    await Promise.all([this.admin.connect(), this.cluster.connect()]);
  }

  async close(): Promise<void> {
    const left = (await this.admin.listTopics()).filter((topic) => this.#topics.has(topic));
    if (left.length > 0) await this.admin.deleteTopics({ topics: left });
    await Promise.all([this.admin.disconnect(), this.cluster.close()]);
  }

  name(suffix: string): string {
    return this.prefix + suffix;
  }

  async createTopic(suffix: string, partitions = 1, configs: Record<string, string> = {}): Promise<string> {
    const topic = this.name(suffix);
    this.#topics.add(topic);
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await this.admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
      waitForLeaders: true,
    });
    return topic;
  }

  /** Remembers a topic that something else creates, so that it is deleted at the end. */
  owns(topic: string): string {
    this.#topics.add(topic);
    return topic;
  }

  /** Sends by a new producer: one that lives longer would drop what is for a partition that it has not heard of. */
  async send(topic: string, messages: Message[], compression = CompressionTypes.None): Promise<void> {
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic, messages, compression });
    await producer.disconnect();
  }

  /** Sends numbered values `<label><n>`, dealt out over the partitions. */
  async sendNumbered(topic: string, label: string, count: number, partitions = 1, from = 0): Promise<string[]> {
    const values = Array.from({ length: count }, (_, i) => `${label}${from + i}`);
    await this.send(
      topic,
      values.map((value, i) => ({ value, partition: i % partitions })),
    );
    return values;
  }

  /** A committed transaction of one record, which leaves a control batch behind it. */
  async sendInTransaction(topic: string, value: string): Promise<void> {
    const producer = this.#kafka.producer({ transactionalId: `${topic}-tx`, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value }] });
    await transaction.commit();
    await producer.disconnect();
  }

  /** Committed offsets of a group, by `topic/partition`. */
  async committed(groupId: string): Promise<Map<string, number>> {
    const offsets = await this.admin.fetchOffsets({ groupId });
    return new Map(
      offsets.flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)])),
    );
  }
}

/** Waits until the condition holds; fails after `seconds`. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await wait(20);
  }
}
