import type { Socket } from 'node:net';
import { HerculesError, type Logger } from '@hercules/protocol';
import type { ClusterAccess, RequestApi } from './cluster-access.ts';
import type { KafkaConfig } from './config.ts';
import {
  answerWithin,
  createKafkajsCluster,
  isLoginRefused,
  type KafkajsBroker,
  type KafkajsCluster,
  rawRequest,
  sendChunks,
} from './kafkajs-internals.ts';
import { pause, settledWithin } from './pause.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const FIND_COORDINATOR_API = { apiKey: 10, apiVersion: 1, apiName: 'FindCoordinator' } as const;
const GROUP_COORDINATOR = 0;
const CLOSE_MS = 500;

interface TopicLayout {
  /** Node id of each partition's leader; -1 = none. */
  readonly leaders: readonly number[];
  readonly replicationFactor: number;
}

/**
 * A Kafka cluster: connections to its brokers, and what is known of its topics. Producers, consumers, tables and the admin are made from one.
 * Every request that fails for want of a broker rejects with HerculesError KAFKA_UNAVAILABLE.
 */
export class KafkaCluster implements ClusterAccess {
  readonly config: KafkaConfig;
  readonly logger: Logger;
  readonly #sockets = new Set<Socket>();
  readonly #kafkajs: KafkajsCluster;
  readonly #abort = new AbortController();
  #topics = new Map<string, TopicLayout>();
  #counts = new Map<string, number>();
  #refreshing: Promise<void> | undefined;

  constructor(config: KafkaConfig, logger: Logger) {
    this.config = config;
    this.logger = logger;
    this.#kafkajs = createKafkajsCluster(config, logger, this.#sockets);
  }

  /** The same cluster over connections of its own: a long wait on one must not hold up the requests on another. */
  fork(): KafkaCluster {
    return new KafkaCluster(this.config, this.logger);
  }

  /** Waits for a first broker and the metadata, at most `startTimeoutMs`; a refused login fails at once. */
  async connect(): Promise<void> {
    const deadline = Date.now() + this.config.startTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#kafkajs.connect();
        await this.refreshMetadata();
        return;
      } catch (error) {
        const brokers = this.config.brokers.join(', ');
        if (this.#abort.signal.aborted) throw new HerculesError('SHUTTING_DOWN', 'stopped while connecting to Kafka', { cause: error });
        if (isLoginRefused(error)) throw this.#loginRefused(error as Error);
        if (Date.now() >= deadline) {
          throw new HerculesError('KAFKA_UNAVAILABLE', `no broker of ${brokers} answers: ${(error as Error).message}`, { cause: error });
        }
        if (attempt % 10 === 0) this.logger.warn({ brokers, error: (error as Error).message }, 'waiting for a Kafka broker');
        await pause(Math.min(1000, 100 * 2 ** Math.min(attempt, 4)), this.#abort.signal);
      }
    }
  }

  #loginRefused(error: Error): HerculesError {
    const { mechanism, username } = this.config.sasl;
    const brokers = this.config.brokers.join(', ');
    return new HerculesError('KAFKA_UNAVAILABLE', `${brokers} refused the login of ${username} by ${mechanism}: ${error.message}`, {
      cause: error,
    });
  }

  /** Asks for all topics anew; calls at the same time share one request. */
  refreshMetadata(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  partitionCounts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Partitions of a topic as of the last refresh; 0 = there is no such topic. */
  partitionCount(topic: string): number {
    return this.#counts.get(topic) ?? 0;
  }

  replicationFactor(topic: string): number {
    return this.#topics.get(topic)?.replicationFactor ?? 0;
  }

  leaderOf(topic: string, partition: number): number {
    return this.#topics.get(topic)?.leaders[partition] ?? -1;
  }

  /** Node id of some broker, for requests that any of them answers. */
  anyBroker(): number {
    const ids = Object.keys(this.#kafkajs.brokerPool.brokers);
    if (ids.length === 0) throw new HerculesError('KAFKA_UNAVAILABLE', 'no Kafka broker is known');
    const connected = ids.filter((id) => this.#kafkajs.brokerPool.brokers[id]!.isConnected());
    const candidates = connected.length > 0 ? connected : ids;
    return Number(candidates[Math.floor(Math.random() * candidates.length)]);
  }

  request<T>(
    nodeId: number,
    api: RequestApi,
    body: Buffer,
    decode: (response: Buffer) => T,
    timeoutMs = this.config.requestTimeoutMs,
  ): Promise<T> {
    return this.#call(nodeId, api, timeoutMs, (broker) => broker.connectionPool.send(rawRequest(api, body, decode, timeoutMs)));
  }

  /** As `request`, for large bodies: the buffers are not copied and must stay as they are until the answer has come. */
  requestChunks<T>(nodeId: number, api: RequestApi, chunks: readonly Buffer[], decode: (response: Buffer) => T): Promise<T> {
    const timeoutMs = this.config.requestTimeoutMs;
    return this.#call(nodeId, api, timeoutMs, async (broker) => decode(await sendChunks(broker, api, chunks)));
  }

  async #call<T>(nodeId: number, api: RequestApi, timeoutMs: number, send: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    if (this.#abort.signal.aborted) throw new HerculesError('SHUTTING_DOWN', 'the connection to Kafka is closed');
    try {
      const broker = await this.#kafkajs.findBroker({ nodeId });
      return await answerWithin(broker, send(broker), timeoutMs);
    } catch (error) {
      if (error instanceof HerculesError) throw error;
      const { message } = error as Error;
      throw new HerculesError('KAFKA_UNAVAILABLE', `broker ${nodeId} does not answer ${api.apiName}: ${message}`, { cause: error });
    }
  }

  async findCoordinator(groupId: string): Promise<number> {
    const body = new WireWriter().string(groupId).int8(GROUP_COORDINATOR).bytes();
    const { errorCode, nodeId } = await this.request(this.anyBroker(), FIND_COORDINATOR_API, body, (response) => {
      const reader = new WireReader(response);
      reader.int32(); // throttle time
      const code = reader.int16();
      reader.nullableString(); // error message
      return { errorCode: code, nodeId: reader.int32() };
    });
    if (errorCode !== 0) throw new HerculesError('KAFKA_UNAVAILABLE', `group ${groupId} has no coordinator now (Kafka error ${errorCode})`);
    if (this.#kafkajs.brokerPool.brokers[nodeId] === undefined) await this.refreshMetadata();
    return nodeId;
  }

  /** Closes the connections; answers still under way are given a moment and then up. */
  async close(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    await settledWithin(
      this.#kafkajs.disconnect().catch(() => undefined),
      CLOSE_MS,
    );
    const closed = new Error('the connection to Kafka is closed');
    for (const socket of this.#sockets) socket.destroy(closed);
  }

  async #refresh(): Promise<void> {
    try {
      await this.#kafkajs.refreshMetadata();
    } catch (error) {
      throw new HerculesError('KAFKA_UNAVAILABLE', `no Kafka broker answers: ${(error as Error).message}`, { cause: error });
    }
    const topics = new Map<string, TopicLayout>();
    const counts = new Map<string, number>();
    for (const { topic, partitionMetadata } of this.#kafkajs.brokerPool.metadata?.topicMetadata ?? []) {
      if (partitionMetadata.length === 0) continue;
      const leaders: number[] = [];
      for (const { partitionId, leader } of partitionMetadata) leaders[partitionId] = leader;
      topics.set(topic, { leaders, replicationFactor: partitionMetadata[0]?.replicas.length ?? 0 });
      counts.set(topic, partitionMetadata.length);
    }
    this.#topics = topics;
    this.#counts = counts;
  }
}
