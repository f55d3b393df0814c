import { HerculesError } from '@hercules/protocol';
import { BROKER_ERROR, brokerErrorName, isLeadershipError } from './broker-error-codes.ts';
import { KafkaCluster } from './cluster.ts';
import { decodeFetchResponse, encodeFetchRequest, FETCH_API, type FetchLimits } from './fetch-request.ts';
import { listOffsets } from './list-offsets.ts';
import { RecordBatchDecoder } from './record-batch-decoder.ts';
import type { RecordBlock } from './record-block.ts';

const CONNECT_MS = 2000;

/** Where to read on in a partition. */
export interface ReadPosition {
  readonly partition: number;
  readonly offset: number;
}

/** What a fetch gave of a partition: its records from the position on, in the order of their offsets. */
export interface FetchedRecords extends ReadPosition {
  readonly blocks: readonly RecordBlock[];
  /** The offset lies outside of the log: below its start or beyond its end. */
  readonly isOutOfRange: boolean;
}

export interface PartitionReaderOptions {
  /** Sets of connections, each of which carries one waiting fetch at a time. */
  readonly connections: number;
}

/**
 * Reads partitions from given offsets, without a consumer group and without keeping anything between two calls. A broker answers one request of a
 * connection at a time, so that calls that wait for records take turns on a bounded number of connections.
 */
export class PartitionReader {
  readonly #cluster: KafkaCluster;
  readonly #free: KafkaCluster[] = [];
  readonly #all: KafkaCluster[] = [];
  readonly #connections: number;
  /** Called with a connection that has become free, or without one when it is worth another try. */
  readonly #waiting: ((connection?: KafkaCluster) => void)[] = [];
  readonly #decoder = new RecordBatchDecoder();
  #isClosed = false;

  constructor(cluster: KafkaCluster, { connections }: PartitionReaderOptions) {
    this.#cluster = cluster;
    this.#connections = connections;
  }

  /** Calls that are under way, or wait for a connection. */
  get busy(): number {
    return this.#all.length - this.#free.length + this.#waiting.length;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all(this.#all.map((connection) => connection.close()));
  }

  /**
   * Offsets of all given partitions: the first still kept, the next to be written, or the first record that is not older than a time in ms since 1970
   * (the next to be written when there is none).
   * @throws HerculesError KAFKA_UNAVAILABLE, STREAM_NOT_FOUND
   */
  async offsets(topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number): Promise<ReadPosition[]> {
    if (partitions.length === 0) return [];
    const found = await this.#listOffsets(topic, partitions, point);
    const after = found.filter(({ offset }) => offset < 0).map(({ partition }) => partition);
    if (after.length === 0) return found;
    const ends = new Map((await this.#listOffsets(topic, after, 'latest')).map(({ partition, offset }) => [partition, offset]));
    return found.map(({ partition, offset }) => ({ partition, offset: offset < 0 ? ends.get(partition)! : offset }));
  }

  /**
   * One fetch at each leader of the partitions. Each leader answers as soon as it has any record, or after `maxWaitMs`. Partitions without an answer are
   * left out; the next call asks for them again.
   * @throws HerculesError KAFKA_UNAVAILABLE when no leader answers, STREAM_NOT_FOUND, SHUTTING_DOWN
   */
  async fetch(topic: string, positions: readonly ReadPosition[], limits: FetchLimits): Promise<FetchedRecords[]> {
    const connection = await this.#take();
    try {
      // A connection that is older than the topic does not know it yet.
      if (positions.some(({ partition }) => connection.leaderOf(topic, partition) < 0)) {
        await connection.refreshMetadata();
        if (connection.partitionCount(topic) === 0) throw new HerculesError('STREAM_NOT_FOUND', `Kafka has no topic ${topic}`);
      }
      const byLeader = Map.groupBy(positions, ({ partition }) => connection.leaderOf(topic, partition));
      const answers = [...byLeader].map(([leader, list]) => this.#fetchFrom(connection, leader, topic, list, limits));
      const settled = await Promise.allSettled(answers);
      const failed = settled.find((answer) => answer.status === 'rejected');
      const fetched = settled.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (failed !== undefined && fetched.length === 0) throw failed.reason;
      return fetched;
    } finally {
      this.#giveBack(connection);
    }
  }

  async #listOffsets(topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number): Promise<ReadPosition[]> {
    const wanted = partitions.map((partition) => ({ topic, partition }));
    if (wanted.some(({ partition }) => this.#cluster.leaderOf(topic, partition) < 0)) await this.#cluster.refreshMetadata();
    const results = await listOffsets(this.#cluster, wanted, point);
    return results.map(({ partition, offset, errorCode }) => {
      if (errorCode === 0) return { partition, offset };
      if (isLeadershipError(errorCode)) void this.#cluster.refreshMetadata().catch(() => undefined);
      const isGone = errorCode === BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION;
      throw new HerculesError(
        isGone ? 'STREAM_NOT_FOUND' : 'KAFKA_UNAVAILABLE',
        `offsets of ${topic}/${partition} are not known: ${brokerErrorName(errorCode)}`,
      );
    });
  }

  async #fetchFrom(
    connection: KafkaCluster,
    leader: number,
    topic: string,
    positions: readonly ReadPosition[],
    limits: FetchLimits,
  ): Promise<FetchedRecords[]> {
    if (leader < 0) throw new HerculesError('KAFKA_UNAVAILABLE', `partitions of ${topic} have no leader now`);
    const targets = positions.map(({ partition, offset }) => ({ topic, partition, position: offset }));
    const { errorCode, buffer, partitions } = await connection.request(
      leader,
      FETCH_API,
      encodeFetchRequest(targets, limits),
      decodeFetchResponse,
      limits.maxWaitMs + connection.config.requestTimeoutMs,
    );
    if (errorCode !== 0) throw new HerculesError('KAFKA_UNAVAILABLE', `${topic} cannot be fetched: ${brokerErrorName(errorCode)}`);
    const offsets = new Map(positions.map(({ partition, offset }) => [partition, offset]));
    return partitions.flatMap((fetched): FetchedRecords[] => {
      const { partition } = fetched;
      const offset = offsets.get(partition)!;
      if (fetched.errorCode === BROKER_ERROR.OFFSET_OUT_OF_RANGE) return [{ partition, offset, blocks: [], isOutOfRange: true }];
      if (fetched.errorCode !== 0) {
        void connection.refreshMetadata().catch(() => undefined);
        return [];
      }
      const blocks = this.#decoder.decode(fetched, buffer, fetched.recordsStart, fetched.recordsEnd, offset);
      return [{ partition, offset, blocks, isOutOfRange: false }];
    });
  }

  async #take(): Promise<KafkaCluster> {
    for (;;) {
      if (this.#isClosed) throw new HerculesError('SHUTTING_DOWN', 'the connection to Kafka is closed');
      const free = this.#free.pop();
      if (free !== undefined) return free;
      if (this.#all.length < this.#connections) return this.#open();
      const given = await new Promise<KafkaCluster | undefined>((resolve) => this.#waiting.push(resolve));
      if (given !== undefined) return given;
    }
  }

  async #open(): Promise<KafkaCluster> {
    // A reader does not wait for Kafka as a start does: whoever asks is told.
    const connection = new KafkaCluster({ ...this.#cluster.config, startTimeoutMs: CONNECT_MS }, this.#cluster.logger);
    this.#all.push(connection);
    try {
      await connection.connect();
      return connection;
    } catch (error) {
      this.#all.splice(this.#all.indexOf(connection), 1);
      this.#waiting.shift()?.();
      await connection.close();
      throw error;
    }
  }

  #giveBack(connection: KafkaCluster): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next(connection);
    else this.#free.push(connection);
  }
}
