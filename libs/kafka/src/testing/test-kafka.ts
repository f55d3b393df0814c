import { randomBytes } from 'node:crypto';
import { encodeEvent, type HerculesEvent, type Logger, uuidToBytes } from '@hercules/protocol';
import { KafkaAdmin } from '../admin.ts';
import { KafkaCluster } from '../cluster.ts';
import { kafkaConfigSchema } from '../config.ts';
import { BatchConsumer } from '../consumer.ts';
import { BatchingProducer } from '../producer.ts';

/** One record of a topic as it was read; key and value in hexadecimal. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string;
  readonly value: string;
}

export interface SendOptions {
  /** The records' time; the present by default. */
  readonly timestampMs?: number;
  /** Of the event at this place; those of two partitions in turn by default. */
  readonly partitionOf?: (event: HerculesEvent, place: number) => number;
}

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const READ_TIMEOUT_MS = 60_000;

/** The real Kafka of tests on real servers, with topics that are nobody else's: their names end in a suffix, by which they are removed. */
export class TestKafka {
  readonly brokers = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
  readonly suffix = randomBytes(4).toString('hex');
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: this.brokers.split(',') }), SILENT);
  readonly admin = new KafkaAdmin(this.cluster);
  readonly #producer = new BatchingProducer(this.cluster, {}, SILENT);

  async open(): Promise<void> {
    await this.cluster.connect();
    await this.#producer.start();
  }

  async close(): Promise<void> {
    await this.#producer.close(5000);
    for (const topic of await this.admin.listTopics()) if (topic.endsWith(this.suffix)) await this.admin.deleteTopic(topic);
    await this.cluster.close();
  }

  /** Its name among the topics of other runs. */
  name(topic: string): string {
    return `${topic}_${this.suffix}`;
  }

  async createTopic(topic: string, partitions = 2, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    await this.admin.createTopic({ topic: this.name(topic), partitions, replicationFactor: 1, configs });
    return this.name(topic);
  }

  /** Sends events to a topic (its name without the suffix) and waits until Kafka has them. */
  async send(
    topic: string,
    events: readonly HerculesEvent[],
    { timestampMs = Date.now(), partitionOf = (_, i) => i % 2 }: SendOptions = {},
  ): Promise<void> {
    const name = this.name(topic);
    await this.#producer.prepareTopic(name);
    const one = (event: HerculesEvent, i: number) =>
      this.#producer.sendOne(name, uuidToBytes(event.uuid), encodeEvent(event), { partition: partitionOf(event, i), timestampMs });
    await Promise.all(events.map(one));
  }

  /** Reads a topic (its name without the suffix) from its beginning until there is enough. @throws Error after a minute */
  async read(topic: string, isEnough: (records: readonly ReadRecord[]) => boolean): Promise<ReadRecord[]> {
    const records: ReadRecord[] = [];
    let onEnough: () => void = () => undefined;
    const enough = new Promise<void>((resolve) => (onEnough = resolve));
    const consumer = new BatchConsumer(
      this.cluster,
      { groupId: `reader-${randomBytes(4).toString('hex')}`, topics: [this.name(topic)] },
      {
        onBlock: (block) => {
          const { buffer, keyStarts, keyEnds, valueStarts, valueEnds } = block;
          for (let i = 0; i < block.count; i++) {
            records.push({
              partition: block.partition,
              offset: block.offsets[i]!,
              timestampMs: block.timestamps[i]!,
              key: keyStarts[i]! < 0 ? '' : buffer.toString('hex', keyStarts[i], keyEnds[i]),
              value: valueStarts[i]! < 0 ? '' : buffer.toString('hex', valueStarts[i], valueEnds[i]),
            });
          }
          consumer.release(block);
          if (isEnough(records)) onEnough();
        },
        onRevoked: () => Promise.resolve(),
      },
      SILENT,
    );
    await consumer.start();
    const timer = setTimeout(onEnough, READ_TIMEOUT_MS);
    await enough;
    clearTimeout(timer);
    await consumer.stop();
    if (!isEnough(records)) throw new Error(`${topic} does not hold what was waited for after a minute, but ${records.length} records`);
    return records;
  }
}
