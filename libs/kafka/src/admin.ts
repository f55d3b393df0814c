import { HerculesError } from '@hercules/protocol';
import {
  type AdminResult,
  CREATE_PARTITIONS_API,
  CREATE_TOPICS_API,
  decodeAlterConfig,
  decodeDeleteTopic,
  decodeDescribeConfig,
  decodeNamedResult,
  DELETE_TOPICS_API,
  DESCRIBE_CONFIGS_API,
  encodeAlterTopicConfig,
  encodeCreatePartitions,
  encodeCreateTopic,
  encodeDeleteTopic,
  encodeDescribeTopicConfig,
  INCREMENTAL_ALTER_CONFIGS_API,
  type TopicSpec,
} from './admin-requests.ts';
import { BROKER_ERROR, isLeadershipError } from './broker-error-codes.ts';
import type { RequestApi } from './cluster-access.ts';
import type { KafkaCluster } from './cluster.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { listOffsets } from './list-offsets.ts';
import { OffsetCommitter } from './offset-committer.ts';
import { pause } from './pause.ts';

const TOPIC_ALREADY_EXISTS = 36;
const INVALID_PARTITIONS = 37;
const NOT_CONTROLLER = 41;
const TIMEOUT_MS = 10_000;
const ATTEMPTS = 5;

export interface TopicDescription {
  readonly partitions: number;
  readonly replicationFactor: number;
}

/**
 * Creates, changes and deletes topics. Any broker of a KRaft cluster passes such requests on to the controller.
 * All calls reject with HerculesError: KAFKA_UNAVAILABLE (retryable), INVALID_ARGUMENT when Kafka refuses, STREAM_NOT_FOUND.
 */
export class KafkaAdmin {
  readonly #cluster: KafkaCluster;

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster;
  }

  /** Resolves when every broker that was asked knows the topic. @returns false when the topic was there already */
  async createTopic(spec: TopicSpec): Promise<boolean> {
    const result = await this.#ask(CREATE_TOPICS_API, encodeCreateTopic(spec, TIMEOUT_MS), decodeNamedResult);
    if (result.errorCode === TOPIC_ALREADY_EXISTS) return false;
    this.#check(result, `topic ${spec.topic} cannot be created`);
    await this.#until(spec.topic, (partitions) => partitions >= spec.partitions);
    return true;
  }

  /** @returns false when there was no such topic */
  async deleteTopic(topic: string): Promise<boolean> {
    const result = await this.#ask(DELETE_TOPICS_API, encodeDeleteTopic(topic, TIMEOUT_MS), decodeDeleteTopic, true);
    if (result.errorCode === BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION) return false;
    this.#check(result, `topic ${topic} cannot be deleted`);
    await this.#until(topic, (partitions) => partitions === 0);
    return true;
  }

  /** @param total partitions afterwards. @returns false when there were so many or more already */
  async increasePartitions(topic: string, total: number): Promise<boolean> {
    const result = await this.#ask(CREATE_PARTITIONS_API, encodeCreatePartitions(topic, total, TIMEOUT_MS), decodeNamedResult);
    if (result.errorCode === INVALID_PARTITIONS) {
      const described = await this.describeTopic(topic);
      if (described !== undefined && described.partitions >= total) return false;
    }
    this.#check(result, `topic ${topic} cannot be grown to ${total} partitions`);
    await this.#until(topic, (partitions) => partitions >= total);
    return true;
  }

  /** Sets (text) or resets (null) some settings of a topic; the others stay (incremental, KIP-339). */
  async alterTopicConfig(topic: string, changes: Readonly<Record<string, string | null>>): Promise<void> {
    const result = await this.#ask(INCREMENTAL_ALTER_CONFIGS_API, encodeAlterTopicConfig(topic, changes), decodeAlterConfig);
    this.#check(result, `settings of topic ${topic} cannot be changed`);
  }

  /** All settings of a topic in force. */
  async topicConfig(topic: string): Promise<Map<string, string | null>> {
    const result = await this.#ask(DESCRIBE_CONFIGS_API, encodeDescribeTopicConfig(topic), decodeDescribeConfig);
    this.#check(result, `settings of topic ${topic} cannot be read`);
    return result.configs;
  }

  /** @returns undefined when there is no such topic */
  async describeTopic(topic: string): Promise<TopicDescription | undefined> {
    await this.#cluster.refreshMetadata();
    const partitions = this.#cluster.partitionCount(topic);
    return partitions === 0 ? undefined : { partitions, replicationFactor: this.#cluster.replicationFactor(topic) };
  }

  async listTopics(): Promise<string[]> {
    await this.#cluster.refreshMetadata();
    return [...this.#cluster.partitionCounts().keys()].sort();
  }

  /** Next offset to be written of each partition. */
  endOffsets(topic: string): Promise<number[]> {
    return this.#offsets(topic, 'latest');
  }

  /** First offset still kept of each partition. */
  beginningOffsets(topic: string): Promise<number[]> {
    return this.#offsets(topic, 'earliest');
  }

  /** Records of a topic that a group has not committed, all partitions together. */
  async groupLag(groupId: string, topic: string): Promise<number> {
    const [ends, beginnings] = [await this.endOffsets(topic), await this.beginningOffsets(topic)];
    const committed = await this.committedOffsets(groupId, topic, ends.length);
    return ends.reduce((lag, end, partition) => {
      const offset = committed[partition]!;
      return lag + Math.max(0, end - (offset < 0 ? beginnings[partition]! : offset));
    }, 0);
  }

  /** Next offset to read of each partition as a group has committed it; −1 = nothing committed. */
  async committedOffsets(groupId: string, topic: string, partitionCount: number): Promise<number[]> {
    const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition }));
    const committer = new OffsetCommitter(new GroupCoordinator(this.#cluster, groupId), this.#cluster.logger);
    const offsets = await committer.committed(partitions);
    const committed = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
    return partitions.map(({ partition }) => committed.get(partition) ?? -1);
  }

  async #offsets(topic: string, point: 'earliest' | 'latest'): Promise<number[]> {
    const described = await this.describeTopic(topic);
    if (described === undefined) throw new HerculesError('STREAM_NOT_FOUND', `Kafka has no topic ${topic}`);
    const wanted = Array.from({ length: described.partitions }, (_, partition) => ({ topic, partition }));
    const offsets = new Array<number>(described.partitions).fill(0);
    for (const { partition, offset, errorCode } of await listOffsets(this.#cluster, wanted, point)) {
      this.#check({ errorCode, message: null }, `offsets of ${topic}/${partition} cannot be read`);
      offsets[partition] = offset;
    }
    return offsets;
  }

  async #ask<R extends AdminResult>(api: RequestApi, body: Buffer, decode: (response: Buffer) => R, unknownIsAnAnswer = false): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.#cluster.request(this.#cluster.anyBroker(), api, body, decode, TIMEOUT_MS + 5000);
      const unknown = result.errorCode === BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION;
      const passing = result.errorCode === NOT_CONTROLLER || (isLeadershipError(result.errorCode) && !(unknown && unknownIsAnAnswer));
      if (!passing || attempt === ATTEMPTS) return result;
      await pause(100 * attempt);
    }
  }

  #check({ errorCode, message }: AdminResult, what: string): void {
    if (errorCode === 0) return;
    const why = `${what}: ${message ?? `Kafka error ${errorCode}`}`;
    if (errorCode === BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION) throw new HerculesError('STREAM_NOT_FOUND', why);
    throw new HerculesError(isLeadershipError(errorCode) || errorCode === NOT_CONTROLLER ? 'KAFKA_UNAVAILABLE' : 'INVALID_ARGUMENT', why);
  }

  /** Brokers learn of a change one after another; whoever asks next should see it. */
  async #until(topic: string, condition: (partitions: number) => boolean): Promise<void> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      await this.#cluster.refreshMetadata();
      if (condition(this.#cluster.partitionCount(topic))) return;
      if (Date.now() > deadline)
        throw new HerculesError('KAFKA_UNAVAILABLE', `the change of topic ${topic} is not seen by the brokers after ${TIMEOUT_MS} ms`);
      await pause(50);
    }
  }
}
