import { randomBytes } from 'node:crypto';
import { BatchConsumer, BatchingProducer, kafkaConfigSchema, KafkaAdmin, KafkaCluster, type RecordBlock } from '@hercules/kafka';
import {
  apiKeyIdentity,
  blacklistKey,
  metadataTopicConfigs,
  quotaKey,
  ruleKey,
  streamKey,
  validationKey,
  type Filter,
  type Right,
} from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { waitFor } from './wait-for.ts';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string;
  readonly value: Buffer;
}

/**
 * The tests' own view of Kafka: a metadata topic that only they write, streams with a random name, and what was stored in them. Everything is
 * deleted at the end.
 */
export class TestKafka {
  /** Differs from every other run. */
  readonly suffix = randomBytes(4).toString('hex');
  readonly metadataTopic = `gw_e2e_meta_${this.suffix}`;
  readonly #cluster = new KafkaCluster(
    kafkaConfigSchema.parse({ brokers: (process.env.HERCULES_TEST_KAFKA ?? '127.0.0.1:9092').split(',') }),
    SILENT,
  );
  readonly #producer = new BatchingProducer(this.#cluster, {}, SILENT);
  readonly admin = new KafkaAdmin(this.#cluster);
  readonly #topics = new Set<string>();
  readonly #records = new Map<string, StoredRecord[]>();
  readonly #consumers: BatchConsumer[] = [];

  async start(): Promise<void> {
    await this.#cluster.connect();
    await this.#producer.start();
    await this.#createTopic(this.metadataTopic, 1, metadataTopicConfigs(1));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    for (const topic of this.#topics) await this.admin.deleteTopic(topic);
    await this.#producer.close(5000);
    await this.#cluster.close();
  }

  /** Creates topic and metadata of a stream; returns its name, which is unique. */
  async createStream(label: string, more: { partitions?: number; type?: string } & Record<string, unknown> = {}): Promise<string> {
    const name = `gw_e2e_${label}_${this.suffix}`;
    const { partitions = 3 } = more;
    if (more.type !== 'derived') await this.#createTopic(name, partitions, {});
    await this.putStream(name, more);
    return name;
  }

  /** Writes only the metadata of a stream. */
  async putStream(name: string, more: object): Promise<void> {
    await this.put(streamKey(name), { type: 'base', name, partitions: 3, shardingKey: [], ttl: 3_600_000, description: null, ...more });
  }

  async putRule(apiKey: string, pattern: string, right: Right): Promise<void> {
    const { digest, prefix } = apiKeyIdentity(apiKey);
    await this.put(ruleKey(digest, pattern, right), { prefix });
  }

  async putBlacklist(apiKey: string): Promise<void> {
    const { digest, prefix } = apiKeyIdentity(apiKey);
    await this.put(blacklistKey(digest), { prefix });
  }

  async removeFromBlacklist(apiKey: string): Promise<void> {
    await this.#send(blacklistKey(apiKeyIdentity(apiKey).digest), null);
  }

  async putValidation(apiKey: string, stream: string, filters: Filter[]): Promise<void> {
    const { digest, prefix } = apiKeyIdentity(apiKey);
    await this.put(validationKey(digest, stream), { prefix, filters });
  }

  async putQuota(
    apiKey: string,
    pattern: string,
    rates: { eventsPerSecond?: number; bytesPerSecond?: number; burstSeconds: number },
  ): Promise<void> {
    const { digest, prefix } = apiKeyIdentity(apiKey);
    await this.put(quotaKey(digest, pattern), { prefix, ...rates });
  }

  async removeQuota(apiKey: string, pattern: string): Promise<void> {
    await this.#send(quotaKey(apiKeyIdentity(apiKey).digest, pattern), null);
  }

  async put(key: string, document: object): Promise<void> {
    await this.#send(key, Buffer.from(JSON.stringify(document)));
  }

  /** Begins to read a stream from its start. */
  async follow(...streams: string[]): Promise<void> {
    for (const stream of streams) this.#records.set(stream, []);
    const consumer: BatchConsumer = new BatchConsumer(
      this.#cluster.fork(),
      { groupId: `gw_e2e_${randomBytes(4).toString('hex')}`, topics: streams, maxWaitMs: 50 },
      {
        onBlock: (block) => {
          this.#keep(block);
          consumer.release(block);
        },
        onRevoked: () => Promise.resolve(),
      },
      SILENT,
    );
    this.#consumers.push(consumer);
    await consumer.start();
  }

  /** What a followed stream holds so far, in the order of partitions and offsets. */
  stored(stream: string): StoredRecord[] {
    return this.#records.get(stream)!.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** Waits until a followed stream holds this many records, and returns them. */
  async waitForRecords(stream: string, count: number): Promise<StoredRecord[]> {
    const records = await waitFor(
      `${count} records in ${stream}`,
      () => this.stored(stream).length >= count && this.stored(stream),
      20_000,
    );
    expect(records).toHaveLength(count);
    return records;
  }

  async #createTopic(topic: string, partitions: number, configs: Record<string, string>): Promise<void> {
    this.#topics.add(topic);
    await this.admin.createTopic({ topic, partitions, replicationFactor: 1, configs });
  }

  async #send(key: string, value: Buffer | null): Promise<void> {
    await this.#producer.sendOne(this.metadataTopic, Buffer.from(key), value, { partition: 0 });
  }

  #keep({ topic, partition, buffer, count, offsets, timestamps, keyStarts, keyEnds, valueStarts, valueEnds }: RecordBlock): void {
    for (let i = 0; i < count; i++) {
      this.#records.get(topic)!.push({
        partition,
        offset: offsets[i]!,
        timestampMs: timestamps[i]!,
        key: buffer.toString('hex', keyStarts[i]!, keyEnds[i]!),
        value: Buffer.from(buffer.subarray(valueStarts[i]!, valueEnds[i]!)),
      });
    }
  }
}

/** A key of the form that the management API accepts. */
export function newApiKey(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString('hex')}`;
}
