import { HerculesError, type Logger } from '@hercules/protocol';
import { KafkaAdmin } from './admin.ts';
import { BROKER_ERROR, brokerErrorName } from './broker-error-codes.ts';
import type { ClusterAccess } from './cluster-access.ts';

import type { KafkaCluster } from './cluster.ts';
import { decodeFetchResponse, encodeFetchRequest, FETCH_API } from './fetch-request.ts';
import { listOffsets } from './list-offsets.ts';
import { pause, settledWithin } from './pause.ts';
import { RecordBatchDecoder } from './record-batch-decoder.ts';
import type { RecordBlock } from './record-block.ts';
import { TableContent, type TableListener } from './table-content.ts';

export interface CompactedTableOptions {
  topic: string;
  /** Create the topic (one partition, compacted) when it does not exist. */
  create?: { replicationFactor: number; configs?: Record<string, string> };
  /** How long a broker waits for something new. Default 500; a change wakes it at once. */
  maxWaitMs?: number;
}

const PARTITION = 0;
const MAX_FETCH_BYTES = 4 * 1024 * 1024;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 1000;
const STOP_STEP_MS = 900;
/** A failure that lasts is logged again after this many attempts. */
const LOG_EVERY = 30;

/**
 * The newest value of every key of a compacted topic with one partition (model §7.1), held in memory and kept up with the topic.
 *
 * It takes no part in a consumer group and uses connections of its own. When the topic has been deleted and made anew, or truncated, it is
 * read again from the beginning; listeners then hear of what differs, removed keys among it.
 */
export class CompactedTable {
  readonly #cluster: KafkaCluster;
  readonly #access: ClusterAccess;
  readonly #topic: string;
  readonly #create: CompactedTableOptions['create'];
  readonly #maxWaitMs: number;
  readonly #logger: Logger;
  readonly #content: TableContent;
  readonly #decoder = new RecordBatchDecoder();
  readonly #stopSignal = new AbortController();
  readonly #waiters = new Set<() => void>();
  /** Next offset to fetch; −1 = begin anew. */
  #readPosition = -1;
  /** Where a reading from the beginning turns into following. */
  #loadedAt = -1;
  #loaded = false;
  #failures = 0;
  #following: Promise<void> = Promise.resolve();

  constructor(cluster: KafkaCluster, options: CompactedTableOptions, logger: Logger) {
    this.#cluster = cluster;
    this.#access = cluster.fork();
    this.#topic = options.topic;
    this.#create = options.create;
    this.#maxWaitMs = options.maxWaitMs ?? 500;
    this.#logger = logger;
    this.#content = new TableContent(logger);
  }

  /**
   * Reads to the end offset that the topic has now, then follows it in the background. Waits for a topic that does not exist yet.
   * @throws HerculesError KAFKA_UNAVAILABLE when no broker can be reached, SHUTTING_DOWN when `stop` comes first
   */
  async start(): Promise<void> {
    try {
      await this.#access.connect();
      if (this.#create !== undefined) await this.#createTopic(this.#create);
    } catch (error) {
      await this.#access.close();
      throw error;
    }
    this.#following = this.#follow();
    await this.#until(() => this.#loaded);
    if (!this.#loaded) throw new HerculesError('SHUTTING_DOWN', `the table of ${this.#topic} was stopped before it was read`);
  }

  /** Ends within a second; the content stays as it was. */
  async stop(): Promise<void> {
    this.#stopSignal.abort();
    this.#notify();
    await settledWithin(this.#following, STOP_STEP_MS);
    await settledWithin(this.#access.close(), STOP_STEP_MS);
  }

  get(key: string): Buffer | undefined {
    return this.#content.get(key);
  }

  entries(): IterableIterator<[string, Buffer]> {
    return this.#content.entries();
  }

  get size(): number {
    return this.#content.size;
  }

  /** Offset after the last record that `get` shows; 0 before `start`. */
  get position(): number {
    return this.#content.position;
  }

  /**
   * Calls back for every change, `value` undefined = the key is gone. What `start` reads counts as changes too, once for each key.
   * @returns ends it
   */
  onChange(listener: TableListener): () => void {
    return this.#content.onChange(listener);
  }

  /**
   * Waits until the record at `offset` shows (read your own writes).
   * @throws HerculesError TIMEOUT, or SHUTTING_DOWN when the table is stopped
   */
  async waitForOffset(offset: number, timeoutMs: number): Promise<void> {
    await this.#until(() => this.position > offset, timeoutMs);
    if (this.position > offset) return;
    if (this.#stopSignal.signal.aborted) throw new HerculesError('SHUTTING_DOWN', `the table of ${this.#topic} is stopped`);
    throw new HerculesError(
      'TIMEOUT',
      `offset ${offset} of ${this.#topic} did not show within ${timeoutMs} ms; the table is at ${this.position}`,
    );
  }

  async #createTopic({ replicationFactor, configs }: NonNullable<CompactedTableOptions['create']>): Promise<void> {
    const created = await new KafkaAdmin(this.#cluster).createTopic({
      topic: this.#topic,
      partitions: 1,
      replicationFactor,
      configs: { 'cleanup.policy': 'compact', ...configs },
    });
    if (created) this.#logger.info({ topic: this.#topic, replicationFactor }, 'a compacted topic is created');
  }

  async #follow(): Promise<void> {
    const signal = this.#stopSignal.signal;
    while (!signal.aborted) {
      try {
        if (this.#readPosition < 0) await this.#beginAnew();
        else await this.#fetch();
        if (this.#failures > 0) this.#logger.info({ topic: this.#topic, attempts: this.#failures }, 'the table follows its topic again');
        this.#failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        const level = this.#failures % LOG_EVERY === 0 ? 'warn' : 'debug';
        this.#logger[level]({ err: error, topic: this.#topic }, 'the table cannot follow its topic now; trying until it can');
        await pause(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(this.#failures++, 8)), signal);
        await this.#access.refreshMetadata().catch(() => undefined); // the next attempt reports it
      }
    }
  }

  /** Finds the ends of the log. What is read from here on stays out of sight until the present end is reached. */
  async #beginAnew(): Promise<void> {
    if (this.#access.leaderOf(this.#topic, PARTITION) < 0) await this.#access.refreshMetadata();
    const partitions = [{ topic: this.#topic, partition: PARTITION }];
    const [earliest, latest] = await Promise.all([
      listOffsets(this.#access, partitions, 'earliest'),
      listOffsets(this.#access, partitions, 'latest'),
    ]);
    const code = earliest[0]!.errorCode || latest[0]!.errorCode;
    if (code !== BROKER_ERROR.NONE)
      throw new HerculesError('KAFKA_UNAVAILABLE', `the ends of ${this.#topic} are not known: ${brokerErrorName(code)}`);
    this.#readPosition = earliest[0]!.offset;
    this.#loadedAt = latest[0]!.offset;
    this.#content.beginLoad();
    this.#finishLoadWhenDone();
  }

  async #fetch(): Promise<void> {
    const target = { topic: this.#topic, partition: PARTITION, position: this.#readPosition };
    const limits = { maxWaitMs: this.#maxWaitMs, minBytes: 1, maxBytes: MAX_FETCH_BYTES, maxBytesPerPartition: MAX_FETCH_BYTES };
    const leader = this.#access.leaderOf(this.#topic, PARTITION);
    if (leader < 0) {
      if (!this.#access.partitionCounts().has(this.#topic)) throw this.#topicIsGone();
      throw new HerculesError('KAFKA_UNAVAILABLE', `topic ${this.#topic} has no leader now`);
    }
    const { errorCode, buffer, partitions } = await this.#access.request(
      leader,
      FETCH_API,
      encodeFetchRequest([target], limits),
      decodeFetchResponse,
    );
    const fetched = partitions[0];
    const code = errorCode || (fetched?.errorCode ?? BROKER_ERROR.REQUEST_TIMED_OUT);
    if (code === BROKER_ERROR.OFFSET_OUT_OF_RANGE) {
      this.#logger.warn(
        { topic: this.#topic, position: this.#readPosition },
        'the topic was truncated or made anew; it is read again from its beginning',
      );
      this.#readPosition = -1;
      return;
    }
    if (code === BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION) throw this.#topicIsGone();
    if (code !== BROKER_ERROR.NONE || fetched === undefined) {
      throw new HerculesError('KAFKA_UNAVAILABLE', `${this.#topic} cannot be fetched: ${brokerErrorName(code)}`);
    }
    const blocks = this.#decoder.decode(fetched, buffer, fetched.recordsStart, fetched.recordsEnd, this.#readPosition);
    for (const block of blocks) this.#apply(block);
    this.#finishLoadWhenDone();
    if (blocks.length > 0) this.#notify();
  }

  #apply(block: RecordBlock): void {
    const { buffer, count, keyStarts, keyEnds, valueStarts, valueEnds, offsets } = block;
    for (let i = 0; i < count; i++) {
      if (keyStarts[i] === -1) continue;
      const key = buffer.toString('utf8', keyStarts[i], keyEnds[i]);
      // Copied, because a view would keep the whole response in memory for as long as the entry lives.
      const value = valueStarts[i] === -1 ? undefined : Buffer.from(buffer.subarray(valueStarts[i], valueEnds[i]));
      this.#content.put(key, value, offsets[i]!);
    }
    this.#readPosition = block.lastOffset + 1;
    this.#content.advance(this.#readPosition);
  }

  #finishLoadWhenDone(): void {
    if (!this.#content.isLoading || this.#readPosition < this.#loadedAt) return;
    this.#content.finishLoad(this.#readPosition);
    this.#logger.info(
      { topic: this.#topic, entries: this.#content.size, position: this.#readPosition },
      'the table is read to the end of its topic',
    );
    this.#loaded = true;
    this.#notify();
  }

  /** A topic that comes back after this may be another one of the same name, so it is read from its beginning. */
  #topicIsGone(): HerculesError {
    this.#readPosition = -1;
    return new HerculesError('KAFKA_UNAVAILABLE', `topic ${this.#topic} is not there now`);
  }

  /** Waits until the condition holds, time is up or the table stops. */
  async #until(condition: () => boolean, timeoutMs?: number): Promise<void> {
    if (condition() || this.#stopSignal.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!condition() && !this.#stopSignal.signal.aborted) return;
        finish();
      };
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(finish, timeoutMs);
      this.#waiters.add(check);
    });
  }

  #notify(): void {
    for (const check of [...this.#waiters]) check();
  }
}
