import { HerculesError, type Logger } from '@hercules/protocol';
import { BROKER_ERROR } from './broker-error-codes.ts';
import { BufferPool } from './buffer-pool.ts';
import type { KafkaCluster } from './cluster.ts';
import { Delivery } from './delivery.ts';
import { PartitionQueue, type ProducerIdentity } from './partition-queue.ts';
import { produceError, produceOutcome } from './produce-errors.ts';
import {
  decodeInitProducerId,
  decodeProduce,
  encodeInitProducerId,
  encodeProduce,
  INIT_PRODUCER_ID_API,
  PRODUCE_API,
} from './produce-request.ts';
import { newProducerStats, producerSettings, type ProducerOptions, type ProducerSettings, type ProducerStats } from './producer-options.ts';
import { RecordBatchBuilder, recordBytesBound, singleRecordBatchBytes } from './record-batch-builder.ts';

const NO_IDENTITY: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };
/** A topic that was just made, or just deleted, is known to brokers only after a moment. */
const UNKNOWN_TOPIC_MS = 5000;
const SWEEP_MS = 250;
/** The broker's part of the time for an answer: so it can still say that its replicas are late before the connection counts as dead. */
const REPLICA_WAIT_SHARE = 0.8;

/**
 * Sends records in batches built in place: one open record batch for each partition, closed by time or size, acknowledged by all in-sync replicas. The cost is
 * in bytes copied, not in objects: no object is made for a record.
 *
 * Order within a partition is kept, and a retry makes no duplicate (idempotent producer, KIP-98). A batch that Kafka does not acknowledge within
 * `deliveryTimeoutMs` fails its deliveries with KAFKA_UNAVAILABLE; it may be written all the same.
 */
export class BatchingProducer {
  readonly stats: ProducerStats = newProducerStats();
  readonly #cluster: KafkaCluster;
  readonly #settings: ProducerSettings;
  readonly #logger: Logger;
  readonly #pool: BufferPool;
  readonly #topics = new Map<string, PartitionQueue[]>();
  readonly #busy = new Set<PartitionQueue>();
  readonly #roomWaiters: { bytes: number; resolve: (room: boolean) => void; timer: NodeJS.Timeout }[] = [];
  #identity: Promise<ProducerIdentity> | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #bufferedBytes = 0;
  /** Room given to waiters who have not had their turn to append yet. */
  #promisedBytes = 0;
  #closed = false;
  #dispatching = false;
  #idleWaiters: (() => void)[] = [];

  constructor(cluster: KafkaCluster, options: ProducerOptions, logger: Logger) {
    this.#cluster = cluster;
    this.#settings = producerSettings(options);
    this.#logger = logger;
    this.#pool = new BufferPool(this.#settings.batchBytes, this.#settings.maxBufferedBytes / 4);
  }

  /** The cluster must be connected. */
  start(): Promise<void> {
    this.#sweepTimer ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return Promise.resolve();
  }

  /** Partitions of a topic as far as is known; 0 = unknown, ask `prepareTopic`. */
  partitionCount(topic: string): number {
    return this.#cluster.partitionCount(topic);
  }

  /**
   * Finds a topic that was not known.
   * @returns its number of partitions
   * @throws HerculesError STREAM_NOT_FOUND when Kafka has no such topic, KAFKA_UNAVAILABLE
   */
  async prepareTopic(topic: string): Promise<number> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const partitions = this.#cluster.partitionCount(topic);
      if (partitions > 0) return partitions;
      await this.#cluster.refreshMetadata();
    }
    const partitions = this.#cluster.partitionCount(topic);
    if (partitions === 0) throw new HerculesError('STREAM_NOT_FOUND', `Kafka has no topic ${topic}`);
    return partitions;
  }

  /** Bytes of all records that Kafka has not acknowledged. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  hasRoom(bytes: number): boolean {
    return this.#bufferedBytes + bytes <= this.#settings.maxBufferedBytes;
  }

  /** Waits for room, first come first served; for more than there is, until all of it is free. @returns false when there was none in time */
  waitForRoom(wantedBytes: number, timeoutMs: number): Promise<boolean> {
    const bytes = Math.min(wantedBytes, this.#settings.maxBufferedBytes);
    if (this.#closed) return Promise.resolve(false);
    if (this.#roomWaiters.length === 0 && this.hasRoom(this.#promisedBytes + bytes)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const at = this.#roomWaiters.findIndex((waiter) => waiter.timer === timer);
        if (at >= 0) this.#roomWaiters.splice(at, 1);
        resolve(false);
      }, timeoutMs);
      this.#roomWaiters.push({ bytes, resolve, timer });
    });
  }

  /**
   * Copies a record into the open batch of its partition. A start of -1 or a null buffer is a null key or value. The caller asks `hasRoom` for the
   * whole request before; the producer takes what it is given.
   * @param timestampMs the record's time, ms since 1970
   * @throws HerculesError SHUTTING_DOWN after `close`
   */
  append(
    topic: string,
    partition: number,
    key: Buffer | null,
    keyStart: number,
    keyEnd: number,
    value: Buffer | null,
    valueStart: number,
    valueEnd: number,
    timestampMs: number,
    delivery: Delivery,
  ): void {
    if (this.#closed) throw new HerculesError('SHUTTING_DOWN', 'the producer is closed');
    const keyBytes = key === null || keyStart < 0 ? 0 : keyEnd - keyStart;
    const valueBytes = value === null || valueStart < 0 ? 0 : valueEnd - valueStart;
    const queue = this.#queueOf(topic, partition);
    const batch = this.#batchWithRoom(queue, keyBytes, valueBytes);
    const before = batch.length;
    batch.append(keyStart < 0 ? null : key, keyStart, keyEnd, valueStart < 0 ? null : value, valueStart, valueEnd, timestampMs, delivery);
    this.#bufferedBytes += batch.length - before;
    this.stats.records++;
    this.stats.bytes += batch.length - before;
    if (queue.underWay === undefined) this.#scheduleDispatch(queue.closed.length > 0);
  }

  /** Sends one record and waits for it. @returns where it was written */
  async sendOne(
    topic: string,
    key: Buffer | null,
    value: Buffer | null,
    { partition = 0, timestampMs = Date.now() }: { partition?: number; timestampMs?: number } = {},
  ): Promise<{ partition: number; offset: number }> {
    const delivery = new Delivery();
    this.append(
      topic,
      partition,
      key,
      key === null ? -1 : 0,
      key?.length ?? 0,
      value,
      value === null ? -1 : 0,
      value?.length ?? 0,
      timestampMs,
      delivery,
    );
    const queue = this.#queueOf(topic, partition);
    const batch = queue.open!;
    const place = batch.count - 1;
    delivery.seal();
    await delivery.promise;
    return { partition, offset: batch.baseOffset + place };
  }

  /** Resolves when everything appended so far has come to its end, acknowledged or failed. */
  async flush(): Promise<void> {
    this.#dispatch(true);
    while (this.#busy.size > 0) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
      this.#dispatch(true);
    }
  }

  /** Takes no more records, gives those it has until the deadline, and fails the rest with SHUTTING_DOWN. */
  async close(deadlineMs: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { resolve, timer } of this.#roomWaiters.splice(0)) {
      clearTimeout(timer);
      resolve(false);
    }
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.flush(), new Promise<void>((resolve) => (timer = setTimeout(resolve, deadlineMs)))]);
    clearTimeout(timer);
    clearTimeout(this.#lingerTimer);
    clearInterval(this.#sweepTimer);
    const left = [...this.#busy];
    if (left.length > 0)
      this.#logger.error({ partitions: left.length, deadlineMs }, 'records were not acknowledged before the deadline of the stop');
    for (const queue of left)
      this.#failAll(queue, new HerculesError('SHUTTING_DOWN', 'the producer was closed before Kafka acknowledged the records'));
  }

  // ---- batches ------------------------------------------------------------------------------------------------------------------

  #queueOf(topic: string, partition: number): PartitionQueue {
    let queues = this.#topics.get(topic);
    if (queues === undefined) this.#topics.set(topic, (queues = []));
    return (queues[partition] ??= new PartitionQueue(topic, partition));
  }

  #batchWithRoom(queue: PartitionQueue, keyBytes: number, valueBytes: number): RecordBatchBuilder {
    let batch = queue.open;
    if (batch !== undefined && !batch.hasRoom(keyBytes, valueBytes)) {
      const needed = batch.length + recordBytesBound(keyBytes, valueBytes);
      if (needed <= this.#settings.batchBytes) {
        this.#pool.give(batch.growInto(this.#pool.take(Math.min(this.#settings.batchBytes, Math.max(needed, batch.buffer.length * 4)))));
        return batch;
      }
      queue.closeOpen();
      batch = undefined;
    }
    if (batch === undefined) {
      batch = new RecordBatchBuilder(this.#pool.take(singleRecordBatchBytes(keyBytes, valueBytes)));
      batch.createdAtMs = performance.now();
      queue.open = batch;
      this.#busy.add(queue);
    }
    return batch;
  }

  #scheduleDispatch(now: boolean): void {
    if (now) {
      if (this.#dispatching) return;
      this.#dispatching = true;
      setImmediate(() => {
        this.#dispatching = false;
        this.#dispatch(false);
      });
    } else this.#lingerTimer ??= setTimeout(() => this.#dispatch(true), this.#settings.lingerMs);
  }

  /**
   * Sends the oldest batch of every partition that has none under way, one request for each leader.
   * @param closeOpen also batches that are not full; while a batch is under way the next one goes on filling, which makes batches as large as the
   *   load needs them
   */
  #dispatch(closeOpen: boolean): void {
    if (closeOpen) {
      clearTimeout(this.#lingerTimer);
      this.#lingerTimer = undefined;
    }
    const now = performance.now();
    const byLeader = new Map<number, PartitionQueue[]>();
    let leaderIsMissing = false;
    for (const queue of this.#busy) {
      if (queue.underWay !== undefined || queue.notBefore > now) continue;
      if (queue.closed.length === 0 && closeOpen) queue.closeOpen();
      if (queue.closed.length === 0) continue;
      const leader = this.#cluster.leaderOf(queue.topic, queue.partition);
      if (leader < 0) {
        leaderIsMissing = true;
        const exists = queue.partition < this.#cluster.partitionCount(queue.topic);
        this.#postpone(queue, exists ? BROKER_ERROR.LEADER_NOT_AVAILABLE : BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION);
        continue;
      }
      const queues = byLeader.get(leader);
      if (queues === undefined) byLeader.set(leader, [queue]);
      else queues.push(queue);
    }
    if (leaderIsMissing) this.#refreshMetadata();
    for (const [leader, queues] of byLeader) {
      for (const queue of queues) queue.underWay = queue.closed.shift();
      void this.#send(leader, queues);
    }
  }

  async #send(leader: number, queues: readonly PartitionQueue[]): Promise<void> {
    try {
      for (const queue of queues) await this.#sign(queue);
      this.stats.requests++;
      const partitions = queues.map((queue) => ({ topic: queue.topic, partition: queue.partition, batch: queue.underWay!.bytes() }));
      for (const queue of queues) queue.underWay!.attempts++;
      const { acks } = this.#settings;
      const requestTimeoutMs = Math.min(
        this.#settings.requestTimeoutMs,
        Math.floor(this.#cluster.config.requestTimeoutMs * REPLICA_WAIT_SHARE),
      );
      const results = await this.#cluster.requestChunks(
        leader,
        PRODUCE_API,
        encodeProduce(partitions, acks, requestTimeoutMs),
        decodeProduce,
      );
      const answered = new Set<PartitionQueue>();
      for (const { topic, partition, errorCode, baseOffset } of results) {
        const queue = this.#topics.get(topic)?.[partition];
        if (queue?.underWay === undefined || !queues.includes(queue)) continue;
        answered.add(queue);
        this.#onAnswer(queue, errorCode, baseOffset);
      }
      for (const queue of queues)
        if (!answered.has(queue) && queue.underWay !== undefined) this.#retry(queue, BROKER_ERROR.NETWORK_EXCEPTION);
    } catch (error) {
      this.stats.failedRequests++;
      if (!this.#closed)
        this.#logger.debug({ err: error, leader, partitions: queues.length }, 'a produce request failed; its batches are sent again');
      for (const queue of queues) if (queue.underWay !== undefined) this.#retry(queue, BROKER_ERROR.NETWORK_EXCEPTION);
    }
    this.#notifyIdle();
    this.#dispatch(true);
  }

  async #sign(queue: PartitionQueue): Promise<void> {
    const batch = queue.underWay!;
    if (!batch.isClosed) {
      batch.close(this.#settings.compression);
      this.stats.batches++;
    }
    if (!this.#settings.idempotent) {
      if (batch.attempts === 0) batch.sign(NO_IDENTITY.producerId, NO_IDENTITY.producerEpoch, -1);
      return;
    }
    // A batch keeps its sequence number over all of its tries, so that the broker can tell a repetition.
    if (queue.identity !== undefined && batch.baseSequence === queue.nextSequence && batch.attempts > 0) return;
    queue.identity ??= await (this.#identity ??= this.#newIdentity());
    batch.sign(queue.identity.producerId, queue.identity.producerEpoch, queue.nextSequence);
  }

  async #newIdentity(): Promise<ProducerIdentity> {
    try {
      const { errorCode, producerId, producerEpoch } = await this.#cluster.request(
        this.#cluster.anyBroker(),
        INIT_PRODUCER_ID_API,
        encodeInitProducerId(),
        decodeInitProducerId,
      );
      if (errorCode !== 0) throw new HerculesError('KAFKA_UNAVAILABLE', `Kafka gives no producer id now (Kafka error ${errorCode})`);
      return { producerId, producerEpoch };
    } catch (error) {
      this.#identity = undefined;
      throw error;
    }
  }

  #onAnswer(queue: PartitionQueue, errorCode: number, baseOffset: number): void {
    switch (produceOutcome(errorCode)) {
      case 'done':
        queue.nextSequence = (queue.nextSequence + queue.underWay!.count) % 0x8000_0000;
        queue.unknownSince = 0;
        queue.notBefore = 0;
        queue.failures = 0;
        this.#finish(queue, undefined, baseOffset);
        return;
      case 'retry':
        this.#retry(queue, errorCode);
        return;
      case 'new-producer-id':
        this.#logger.warn(
          { topic: queue.topic, partition: queue.partition, errorCode },
          'Kafka has lost track of the producer; going on under a new id',
        );
        this.#forgetIdentity(queue);
        queue.underWay!.attempts = 0;
        this.#retry(queue, errorCode);
        return;
      case 'fail':
        // An earlier try of it may be written, with the sequence numbers that the next batch would get.
        if (queue.underWay!.attempts > 1) this.#forgetIdentity(queue);
        this.#finish(queue, produceError(errorCode, queue.topic, queue.partition), -1);
    }
  }

  #retry(queue: PartitionQueue, errorCode: number): void {
    this.stats.retries++;
    queue.closed.unshift(queue.underWay!);
    queue.underWay = undefined;
    this.#postpone(queue, errorCode);
    this.#refreshMetadata();
  }

  #postpone(queue: PartitionQueue, errorCode: number): void {
    const { retryBackoffMs } = this.#settings;
    const doublings = Math.min(queue.failures++, 4);
    const delayMs = Math.ceil(retryBackoffMs * 2 ** doublings * (0.75 + Math.random() / 2));
    const now = performance.now();
    queue.notBefore = now + delayMs;
    if (errorCode === BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION) queue.unknownSince ||= now;
    else queue.unknownSince = 0;
    // Timers may be early by up to a millisecond, and too early would mean to wait for the next sweep.
    setTimeout(() => this.#dispatch(false), delayMs + 1).unref();
  }

  /** The next batch goes under a producer id that the broker has never seen: the same id again, from sequence 0, would look like a repetition. */
  #forgetIdentity(queue: PartitionQueue): void {
    queue.forgetIdentity();
    this.#identity = undefined;
  }

  #refreshMetadata(): void {
    // A failure shows in the next dispatch, which finds no leader and asks again.
    this.#cluster.refreshMetadata().catch(() => undefined);
  }

  #finish(queue: PartitionQueue, error: HerculesError | undefined, baseOffset: number): void {
    const batch = queue.underWay!;
    queue.underWay = undefined;
    this.#settle(batch, error, baseOffset);
    if (queue.isIdle) this.#busy.delete(queue);
  }

  #settle(batch: RecordBatchBuilder, error: HerculesError | undefined, baseOffset: number): void {
    batch.baseOffset = baseOffset;
    this.#bufferedBytes -= batch.contentBytes;
    if (error === undefined) this.stats.acknowledgedRecords += batch.count;
    else this.stats.failedRecords += batch.count;
    this.#pool.give(batch.buffer);
    for (const delivery of batch.deliveries) {
      try {
        delivery.batchDone(error);
      } catch (failure) {
        // A fault of one listener must not keep the others from hearing of their records.
        this.#logger.error({ err: failure }, 'the listener of a delivery has failed');
      }
    }
    this.#admitWaiters();
  }

  /** Gives up what Kafka has not acknowledged in time. */
  #sweep(): void {
    const now = performance.now();
    const { deliveryTimeoutMs } = this.#settings;
    for (const queue of this.#busy) {
      const unknown = queue.unknownSince > 0 && now - queue.unknownSince > UNKNOWN_TOPIC_MS;
      if (queue.underWay !== undefined) continue;
      if (unknown) {
        queue.unknownSince = 0;
        this.#failAll(queue, produceError(BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION, queue.topic, queue.partition));
        continue;
      }
      while (queue.closed[0] !== undefined && now - queue.closed[0].createdAtMs > deliveryTimeoutMs) {
        if (queue.headIsInDoubt) this.#forgetIdentity(queue);
        const batch = queue.closed.shift()!;
        this.#settle(
          batch,
          new HerculesError(
            'KAFKA_UNAVAILABLE',
            `Kafka did not acknowledge records for ${queue.topic}/${queue.partition} within ${deliveryTimeoutMs} ms`,
          ),
          -1,
        );
      }
      if (queue.isIdle) this.#busy.delete(queue);
    }
    this.#notifyIdle();
    this.#dispatch(true);
  }

  #failAll(queue: PartitionQueue, error: HerculesError): void {
    queue.closeOpen();
    if (queue.headIsInDoubt || queue.underWay !== undefined) this.#forgetIdentity(queue);
    if (queue.underWay !== undefined) queue.closed.unshift(queue.underWay);
    queue.underWay = undefined;
    for (const batch of queue.closed.splice(0)) this.#settle(batch, error, -1);
    this.#busy.delete(queue);
  }

  #admitWaiters(): void {
    while (this.#roomWaiters.length > 0 && this.hasRoom(this.#promisedBytes + this.#roomWaiters[0]!.bytes)) {
      const { bytes, resolve, timer } = this.#roomWaiters.shift()!;
      clearTimeout(timer);
      if (this.#promisedBytes === 0) setImmediate(() => this.#takeBackPromises());
      this.#promisedBytes += bytes;
      resolve(true);
    }
  }

  /** By now those who got room have appended, or do not want it any more. */
  #takeBackPromises(): void {
    this.#promisedBytes = 0;
    this.#admitWaiters();
  }

  #notifyIdle(): void {
    if (this.#idleWaiters.length === 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}
