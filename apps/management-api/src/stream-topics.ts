import { setTimeout as sleep } from 'node:timers/promises';
import type { Stream } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';

/** What the topics of streams need of KafkaAdmin. */
export interface TopicAdmin {
  createTopic(topic: { topic: string; partitions: number; replicationFactor: number; configs: Record<string, string> }): Promise<boolean>;
  deleteTopic(topic: string): Promise<boolean>;
  increasePartitions(topic: string, total: number): Promise<boolean>;
  alterTopicConfig(topic: string, changes: Record<string, string | null>): Promise<void>;
  describeTopic(topic: string): Promise<{ partitions: number } | undefined>;
}

const PROPAGATION_TIMEOUT_MS = 10_000;
const PROPAGATION_POLL_MS = 50;

/** The Kafka topics behind the streams (model §6). Every step may be repeated: what is already so is left so. */
export class StreamTopics {
  readonly #admin: TopicAdmin;
  readonly #replicationFactor: number;

  constructor(admin: TopicAdmin, replicationFactor: number) {
    this.#admin = admin;
    this.#replicationFactor = replicationFactor;
  }

  /**
   * Creates the topic. One that is already there is taken over: it gets the retention and, if it has too few, the partitions. Throws
   * CONFLICT if it has more partitions than the stream: readers, who share out the stream's partitions, would never see the rest.
   */
  async create(stream: Stream): Promise<void> {
    const { name, partitions, ttl } = stream;
    const created = await this.#admin.createTopic({
      topic: name,
      partitions,
      replicationFactor: this.#replicationFactor,
      configs: { 'retention.ms': String(ttl) },
    });
    if (!created) await this.#takeOver(stream);
    await this.#waitUntil(name, (actual) => actual === partitions);
  }

  /** Deletes the topic and waits until the cluster has forgotten it, so that the name can be used again. */
  async delete(name: string): Promise<void> {
    await this.#admin.deleteTopic(name);
    await this.#waitUntil(name, (partitions) => partitions === undefined);
  }

  /** Grows the topic to this many partitions in total. Throws CONFLICT if the topic is missing. */
  async grow(name: string, total: number): Promise<void> {
    if ((await this.#partitions(name)) < total) await this.#admin.increasePartitions(name, total);
    await this.#waitUntil(name, (partitions) => partitions !== undefined && partitions >= total);
  }

  /** Sets how long the topic keeps events, and nothing else (the original resets every other override). Throws CONFLICT if it is missing. */
  async setRetention(name: string, ttlMs: number): Promise<void> {
    await this.#partitions(name);
    await this.#admin.alterTopicConfig(name, { 'retention.ms': String(ttlMs) });
  }

  async #takeOver({ name, partitions, ttl }: Stream): Promise<void> {
    const actual = await this.#partitions(name);
    if (actual > partitions) {
      throw new HerculesError(
        'CONFLICT',
        `Kafka already has a topic '${name}' with ${actual} partitions, more than the ${partitions} of the stream: ask for ${actual} or choose another name`,
      );
    }
    if (actual < partitions) await this.#admin.increasePartitions(name, partitions);
    await this.#admin.alterTopicConfig(name, { 'retention.ms': String(ttl) });
  }

  async #partitions(name: string): Promise<number> {
    const topic = await this.#admin.describeTopic(name);
    if (topic === undefined) throw new HerculesError('CONFLICT', `Kafka has no topic '${name}', although the stream exists`);
    return topic.partitions;
  }

  /** Brokers learn of a change one after another. */
  async #waitUntil(name: string, reached: (partitions: number | undefined) => boolean): Promise<void> {
    const deadline = Date.now() + PROPAGATION_TIMEOUT_MS;
    while (!reached((await this.#admin.describeTopic(name))?.partitions)) {
      if (Date.now() > deadline) throw new HerculesError('KAFKA_UNAVAILABLE', `The brokers do not agree on the topic '${name}' yet`);
      await sleep(PROPAGATION_POLL_MS);
    }
  }
}
