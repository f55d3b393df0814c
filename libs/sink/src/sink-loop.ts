import { type AssignedOffset, type BatchConsumer, type RecordBlock, type TopicPartition } from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import { BatchRefused, type ItemFailure, RejectedRecord, type SinkAdapter, type WriteReport } from './adapter.ts';
import { Backoff, sleep } from './backoff.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import type { SinkConfig } from './config.ts';
import { DeadLetterCounts } from './dead-letter-counts.ts';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';
import { PartitionProgress, type TrackedBlock } from './partition-progress.ts';
import { RetryQueue } from './retry-queue.ts';
import { OUTCOME, type SettlementLedger } from './settlement.ts';
import { newSinkCounters, type SinkCounters } from './sink-counters.ts';
import { WriteBatch } from './write-batch.ts';

/** The consumer's part that the loop uses; the loop is its handler. */
export type SinkConsumer = Pick<BatchConsumer, 'start' | 'stop' | 'pause' | 'resume' | 'release' | 'commit' | 'lag'>;

type LoopSettings = Pick<
  SinkConfig,
  'batchSize' | 'batchBytes' | 'lingerMs' | 'maxConcurrentWrites' | 'commitIntervalMs' | 'retryMinMs' | 'retryMaxMs'
>;

/** How long a rebalance or a stop waits for writes under way before it abandons them; they are then read again by the next owner. */
const DRAIN_MS = 5000;

/**
 * The loop that every sink runs: fetched blocks → convert → write → commit (architecture §6).
 *
 * Records wait as fetched bytes and are converted only when a write may start, so memory is bounded by the consumer's buffer and
 * the writes under way. An offset is committed only when every record up to it has come to an end: written, filtered, or acknowledged as
 * a dead letter. While the store cannot be used, nothing is committed and nothing is dropped: the lag shows it.
 */
export class SinkLoop<B> {
  readonly counters: SinkCounters = newSinkCounters();
  readonly deadLetterCounts = new DeadLetterCounts();
  readonly #adapter: SinkAdapter<B>;
  readonly #deadLetters: Pick<DeadLetters, 'send'>;
  readonly #settings: LoopSettings;
  readonly #logger: Logger;
  readonly #ledger: SettlementLedger | undefined;
  readonly #backoff: Backoff;
  readonly #concurrency: ConcurrencyLimit;
  readonly #partitions = new Map<string, PartitionProgress>();
  readonly #queue: TrackedBlock[] = [];
  readonly #retries = new RetryQueue();
  readonly #freeBatches: WriteBatch<B>[] = [];
  readonly #abort = new AbortController();
  #consumer: SinkConsumer | undefined;
  #queuedRecords = 0;
  #oldestQueuedAt = 0;
  #writesUnderWay = 0;
  #ready = false;
  #stopping = false;
  #pumpTimer: NodeJS.Timeout | undefined;
  #commitTimer: NodeJS.Timeout | undefined;
  #committing: Promise<void> = Promise.resolve();
  #idleWaiters: (() => void)[] = [];
  #preparing: Promise<void> = Promise.resolve();

  /** @param ledger hears what becomes of every record */
  constructor(
    adapter: SinkAdapter<B>,
    deadLetters: Pick<DeadLetters, 'send'>,
    settings: LoopSettings,
    logger: Logger,
    ledger?: SettlementLedger,
  ) {
    this.#ledger = ledger;
    this.#adapter = adapter;
    this.#deadLetters = deadLetters;
    this.#settings = settings;
    this.#logger = logger;
    this.#backoff = new Backoff(settings.retryMinMs, settings.retryMaxMs);
    this.#concurrency = new ConcurrencyLimit(settings.maxConcurrentWrites);
  }

  /** Joins the group and starts to write. The store may be down: the loop waits for it. */
  async start(consumer: SinkConsumer): Promise<void> {
    this.#consumer = consumer;
    this.#preparing = this.#prepare();
    await consumer.start();
    this.#commitTimer = setInterval(() => void this.#commit(), this.#settings.commitIntervalMs);
  }

  /** Finishes or abandons the writes under way, commits what is done and leaves the group. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    clearTimeout(this.#pumpTimer);
    clearInterval(this.#commitTimer);
    await this.#drained(() => this.#writesUnderWay === 0);
    this.#abort.abort();
    await this.#preparing;
    await this.#commit();
    await this.#consumer?.stop();
  }

  /** Most writes that may be under way now; below the configured one while the store is overloaded. */
  get concurrencyLimit(): number {
    return this.#concurrency.limit;
  }

  /** Records fetched and not yet at their end. */
  get pendingRecords(): number {
    let records = 0;
    for (const progress of this.#partitions.values()) for (const tracked of progress.blocks) records += tracked.remaining;
    return records;
  }

  // ---- the consumer's handler -------------------------------------------------------------------------------------------------

  readonly onBlock = (block: RecordBlock): void => {
    const progress = this.#progressOf(block.topic, block.partition);
    const tracked = progress.track(block);
    this.counters.consumedRecords += block.count;
    if (block.count === 0) {
      this.#finish(tracked, 0, 0);
      return;
    }
    if (this.#queue.length === 0) this.#oldestQueuedAt = Date.now();
    this.#queue.push(tracked);
    this.#queuedRecords += block.count;
    this.#pump();
  };

  readonly onAssigned = (positions: readonly AssignedOffset[]): void => this.#ledger?.assigned(positions);

  readonly onRevoked = async (partitions: readonly TopicPartition[]): Promise<void> => {
    const revoked = partitions.flatMap(({ topic, partition }) => this.#partitions.get(partitionKey(topic, partition)) ?? []);
    // What has not been started is left to the next owner; what is being written is given time to finish, so that it is committed.
    for (const progress of revoked) this.#dropQueued(progress);
    await this.#drained(() => revoked.every((progress) => !progress.isBeingWritten));
    await this.#commit(revoked);
    for (const progress of revoked) {
      for (const tracked of progress.blocks) {
        if (tracked.remaining > 0) this.#consumer?.release(tracked.block);
        tracked.revoked = true;
      }
      this.#partitions.delete(partitionKey(progress.topic, progress.partition));
    }
    this.#ledger?.revoked(partitions);
    this.#retries.removeRevoked();
  };

  // ---- converting and writing -------------------------------------------------------------------------------------------------

  #pump(): void {
    clearTimeout(this.#pumpTimer);
    this.#pumpTimer = undefined;
    if (!this.#ready || this.#stopping) return;
    while (this.#writesUnderWay < this.#concurrency.limit) {
      const batch = this.#nextBatch();
      if (batch === undefined) break;
      this.#writesUnderWay++;
      void this.#write(batch);
    }
    if (this.#writesUnderWay >= this.#concurrency.limit) return;
    const now = Date.now();
    let dueAt = this.#retries.nextDueAt;
    if (this.#queuedRecords > 0) dueAt = Math.min(dueAt, this.#oldestQueuedAt + this.#settings.lingerMs);
    if (dueAt !== Infinity) this.#pumpTimer = setTimeout(() => this.#pump(), Math.max(1, dueAt - now));
  }

  #nextBatch(): WriteBatch<B> | undefined {
    const retries = this.#retries.takeDue(Date.now(), this.#settings.batchSize);
    if (retries.length > 0) {
      const batch = this.#openBatch();
      for (const { tracked, index, attempt } of retries) this.#convertAgain(batch, tracked, index, attempt);
      if (!batch.isEmpty) return batch;
      this.#closeBatch(batch);
    }
    while (this.#queuedRecords > 0) {
      const full = this.#queuedRecords >= this.#settings.batchSize || this.#queuedBytesReach(this.#settings.batchBytes);
      if (!full && Date.now() - this.#oldestQueuedAt < this.#settings.lingerMs) return undefined;
      const batch = this.#openBatch();
      this.#fillFromQueue(batch);
      if (!batch.isEmpty) return batch;
      this.#closeBatch(batch); // every record was filtered; their offsets are finished all the same
    }
    return undefined;
  }

  #fillFromQueue(batch: WriteBatch<B>): void {
    const { batchSize, batchBytes } = this.#settings;
    let taken = 0;
    while (taken < this.#queue.length && batch.size < batchSize && this.#adapter.batchBytes(batch.content) < batchBytes) {
      const tracked = this.#queue[taken]!;
      const { count } = tracked.block;
      let filtered = 0;
      while (tracked.cursor < count && batch.size < batchSize && this.#adapter.batchBytes(batch.content) < batchBytes) {
        if (!this.#convert(batch, tracked, tracked.cursor, 0)) {
          tracked.mark(tracked.cursor, OUTCOME.filtered);
          filtered++;
        }
        tracked.cursor++;
        this.#queuedRecords--;
      }
      if (tracked.cursor === count) taken++;
      if (filtered > 0) this.#filtered(tracked, filtered, 0);
    }
    if (taken > 0) this.#queue.splice(0, taken);
    this.#oldestQueuedAt = Date.now();
  }

  #convertAgain(batch: WriteBatch<B>, tracked: TrackedBlock, index: number, attempt: number): void {
    if (this.#convert(batch, tracked, index, attempt)) return;
    tracked.mark(index, OUTCOME.filtered);
    this.#filtered(tracked, 1, attempt > 0 ? 1 : 0);
  }

  /** @returns false when the record was filtered; a rejected record stays with the batch until its dead letter is written */
  #convert(batch: WriteBatch<B>, tracked: TrackedBlock, index: number, attempt: number): boolean {
    try {
      if (!this.#adapter.add(batch.content, tracked.block, index)) return false;
      batch.push(tracked, index, attempt);
    } catch (error) {
      batch.reject(tracked, index, attempt, rejectionReason(error), messageOf(error));
    }
    return true;
  }

  #filtered(tracked: TrackedBlock, records: number, repetitions: number): void {
    this.counters.filteredRecords += records;
    this.#finish(tracked, records, repetitions);
  }

  async #write(batch: WriteBatch<B>): Promise<void> {
    try {
      if (batch.size > 0) await this.#writeUntilTaken(batch);
      if (batch.rejected.length > 0) await this.#buryRejected(batch);
    } catch (error) {
      // Only a defect of the loop itself comes here; its records stay unfinished, so they are not committed.
      this.#logger.error({ err: error }, 'the sink loop failed on a batch; its records are not committed');
    } finally {
      this.#closeBatch(batch);
      this.#writesUnderWay--;
      this.#notifyIdle();
      this.#pump();
    }
  }

  /** Repeats the write until the store takes the batch as a whole, or the loop stops. */
  async #writeUntilTaken(batch: WriteBatch<B>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      if (this.#abort.signal.aborted) return;
      const startedAt = performance.now();
      const bytes = this.#adapter.batchBytes(batch.content);
      try {
        const report = await this.#adapter.write(batch.content, this.#abort.signal);
        this.counters.writes++;
        this.counters.writeSeconds += (performance.now() - startedAt) / 1000;
        this.counters.writtenBytes += bytes;
        if (this.counters.storeAvailable === 0) this.#logger.info({}, 'the store takes writes again');
        this.counters.storeAvailable = 1;
        this.#settle(batch, report);
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (error instanceof BatchRefused) {
          await this.#split(batch, error);
          return;
        }
        this.counters.failedWrites++;
        this.#concurrency.overloaded();
        const delayMs = this.#backoff.delayMs(attempt);
        const level = this.counters.storeAvailable === 1 || attempt % 10 === 9 ? 'error' : 'debug';
        this.#logger[level](
          { err: error, attempt, delayMs: Math.round(delayMs), records: batch.size },
          'the store cannot be used; the write is repeated',
        );
        this.counters.storeAvailable = 0;
        await sleep(delayMs, this.#abort.signal);
      }
    }
  }

  #settle(batch: WriteBatch<B>, report: WriteReport): void {
    if (report.overloaded === true) this.#concurrency.overloaded();
    else this.#concurrency.succeeded();
    this.counters.duplicatedRecords += report.duplicated;
    for (const item of report.duplicatedItems ?? []) batch.trackedAt(item).mark(batch.indexAt(item), OUTCOME.duplicated);
    const failed = new Set<number>();
    for (const { item, outcome, reason, error } of report.failures) {
      failed.add(item);
      if (outcome === 'dead') batch.reject(batch.trackedAt(item), batch.indexAt(item), batch.attemptAt(item), reason, error);
    }
    this.counters.writtenRecords += batch.eachWritten(failed, (tracked, records, repetitions) =>
      this.#finish(tracked, records, repetitions),
    );
    this.#scheduleRetries(
      batch,
      report.failures.filter(({ outcome, item }) => outcome === 'retry' && !batch.trackedAt(item).revoked),
    );
  }

  #scheduleRetries(batch: WriteBatch<B>, failures: readonly ItemFailure[]): void {
    const first = failures[0];
    if (first === undefined) return;
    const attempt = Math.max(...failures.map(({ item }) => batch.attemptAt(item)));
    const dueAt = Date.now() + this.#backoff.delayMs(attempt);
    for (const { item } of failures) {
      const tracked = batch.trackedAt(item);
      const { progress } = tracked;
      if (batch.attemptAt(item) === 0 && progress.retrying++ === 0) this.#consumer?.pause(progress.topic, progress.partition);
      this.#retries.add({ tracked, index: batch.indexAt(item), attempt: batch.attemptAt(item) + 1, dueAt });
    }
    this.counters.retriedRecords += failures.length;
    this.#logger.warn(
      { reason: first.reason, error: first.error.slice(0, 300), records: failures.length, attempt },
      'the store turned records away for now; they are written again',
    );
  }

  /** The store refuses the request as such: halves find the record that is to blame, which alone becomes a dead letter. */
  async #split(batch: WriteBatch<B>, refusal: BatchRefused): Promise<void> {
    if (batch.size === 1) {
      batch.reject(batch.trackedAt(0), batch.indexAt(0), batch.attemptAt(0), refusal.reason, refusal.message);
      return;
    }
    this.#logger.warn(
      { reason: refusal.reason, error: refusal.message, records: batch.size },
      'the store refused a write; its halves are written apart',
    );
    const middle = batch.size >> 1;
    for (const [from, to] of [
      [0, middle],
      [middle, batch.size],
    ] as const) {
      const half = this.#openBatch();
      for (let item = from; item < to; item++) this.#convertAgain(half, batch.trackedAt(item), batch.indexAt(item), batch.attemptAt(item));
      if (half.size > 0) await this.#writeUntilTaken(half);
      batch.takeRejected(half);
      this.#closeBatch(half);
    }
  }

  async #buryRejected(batch: WriteBatch<B>): Promise<void> {
    const letters: DeadLetter[] = batch.rejected.map(({ tracked, index, reason, error }) => ({
      block: tracked.block,
      index,
      reason,
      error,
    }));
    for (let attempt = 0; !this.#abort.signal.aborted; attempt++) {
      try {
        await this.#deadLetters.send(letters);
        break;
      } catch (error) {
        this.#logger.error(
          { err: error, records: letters.length },
          'the dead-letter stream does not take records; they are kept and sent again',
        );
        await sleep(this.#backoff.delayMs(attempt), this.#abort.signal);
      }
    }
    if (this.#abort.signal.aborted) return;
    this.counters.deadLetteredRecords += letters.length;
    for (const { block, reason } of letters) this.deadLetterCounts.add(block.topic, reason);
    for (const { tracked, index, attempt } of batch.rejected) {
      tracked.mark(index, OUTCOME.dead);
      this.#finish(tracked, 1, attempt > 0 ? 1 : 0);
    }
  }

  async #prepare(): Promise<void> {
    for (let attempt = 0; !this.#abort.signal.aborted; attempt++) {
      try {
        await this.#adapter.prepare?.(this.#abort.signal);
        this.#ready = true;
        this.counters.storeAvailable = 1;
        this.#pump();
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.counters.storeAvailable = 0;
        this.#logger.error({ err: error, attempt }, 'the store cannot be prepared yet; trying again');
        await sleep(this.#backoff.delayMs(attempt), this.#abort.signal);
      }
    }
  }

  // ---- progress and commits ---------------------------------------------------------------------------------------------------

  /** @param repetitions how many of the records had been turned away before */
  #finish(tracked: TrackedBlock, records: number, repetitions: number): void {
    tracked.remaining -= records;
    if (tracked.revoked) return;
    const { progress } = tracked;
    if (tracked.remaining === 0) {
      this.#consumer?.release(tracked.block);
      progress.advance(this.#settled);
    }
    if (repetitions === 0) return;
    progress.retrying -= repetitions;
    if (progress.retrying === 0) this.#consumer?.resume(progress.topic, progress.partition);
  }

  readonly #settled = ({ block, outcomes }: TrackedBlock): void => this.#ledger?.settled(block, outcomes);

  #dropQueued(progress: PartitionProgress): void {
    for (let i = this.#queue.length - 1; i >= 0; i--) {
      const tracked = this.#queue[i]!;
      if (tracked.block.topic !== progress.topic || tracked.block.partition !== progress.partition) continue;
      this.#queuedRecords -= tracked.block.count - tracked.cursor;
      this.#queue.splice(i, 1);
    }
  }

  #commit(only?: readonly PartitionProgress[]): Promise<void> {
    // One commit at a time: an older one that finishes late must not take the group's position back.
    this.#committing = this.#committing.then(() => this.#commitNow(only ?? [...this.#partitions.values()]));
    return this.#committing;
  }

  async #commitNow(partitions: readonly PartitionProgress[]): Promise<void> {
    if (this.#ledger !== undefined && partitions.some(({ committable }) => committable !== undefined)) await this.#ledger.beforeCommit();
    const offsets = partitions.flatMap((progress) => {
      const offset = progress.committable;
      if (offset === undefined) return [];
      const { topic, partition } = progress;
      return [{ topic, partition, offset, metadata: this.#ledger?.note(topic, partition) ?? '' }];
    });
    if (offsets.length === 0) return;
    try {
      await this.#consumer?.commit(offsets);
      this.counters.commits++;
      for (const { topic, partition, offset } of offsets) this.#partitions.get(partitionKey(topic, partition))?.committed(offset);
    } catch (error) {
      // The records stay written; whoever owns the partition next writes them once more under the same ids.
      this.#logger.warn({ err: error }, 'offsets could not be committed; trying again');
    }
  }

  #progressOf(topic: string, partition: number): PartitionProgress {
    const key = partitionKey(topic, partition);
    let progress = this.#partitions.get(key);
    if (progress === undefined) this.#partitions.set(key, (progress = new PartitionProgress(topic, partition)));
    return progress;
  }

  #queuedBytesReach(limit: number): boolean {
    let bytes = 0;
    for (const tracked of this.#queue) {
      const { block } = tracked;
      bytes += block.valueEnds[block.count - 1]! - Math.max(0, block.valueStarts[tracked.cursor]!);
      if (bytes >= limit) return true;
    }
    return false;
  }

  // ---- batches and waiting ----------------------------------------------------------------------------------------------------

  #openBatch(): WriteBatch<B> {
    return this.#freeBatches.pop() ?? new WriteBatch<B>(this.#adapter.createBatch());
  }

  #closeBatch(batch: WriteBatch<B>): void {
    batch.reset();
    this.#adapter.resetBatch(batch.content);
    this.#freeBatches.push(batch);
  }

  /** Waits for writes under way, unless the store is known not to answer. */
  async #drained(isDrained: () => boolean): Promise<void> {
    const deadline = Date.now() + DRAIN_MS;
    while (!isDrained()) {
      const left = deadline - Date.now();
      if (left <= 0 || this.counters.storeAvailable === 0) {
        this.#logger.warn({}, 'writes under way are abandoned; their records are read again by whoever owns the partition next');
        return;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#idleWaiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #notifyIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}

function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function rejectionReason(error: unknown): string {
  if (error instanceof RejectedRecord) return error.reason;
  if (error instanceof HerculesError) return error.code.toLowerCase();
  return 'conversion_failed';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
