import type { KafkaCluster, PartitionReader } from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import { Backoff, type SinkCounters, sleep } from '@hercules/sink';
import { ReplayConsumer } from './replay-consumer.ts';
import type { ReplayJob } from './replay-job.ts';
import type { ReplayLoop } from './replay-loop.ts';
import { findRanges } from './replay-range.ts';
import { noCounts, offsetsOf, type PartitionRange, type ReplayCounts, type ReplayProgress, type ReplayState } from './replay-progress.ts';
import type { ReplayEntry } from './replay-status.ts';

export interface ExecutionParts {
  readonly cluster: KafkaCluster;
  readonly reader: PartitionReader;
  /** Makes the loop that writes. What it throws fails the replay. */
  readonly open: (job: ReplayJob) => ReplayLoop;
  /** Writes the progress; resolves once it shows in this instance's view. */
  readonly save: (progress: ReplayProgress) => Promise<void>;
  readonly instance: string;
  /** Of the claim under which it runs. */
  readonly term: number;
  readonly maxBufferedBytes: number;
  readonly progressIntervalMs: number;
  readonly logger: Logger;
}

/** Without news the progress is written once in so many intervals, to show that somebody is at it. */
const SILENT_INTERVALS = 5;
/** How long a run that is to end gives what it has read to come to an end, so that the next one need not read it again; less when the app stops. */
const DRAIN_MS = 5000;
const HASTY_DRAIN_MS = 2000;
/** Weight of the newest interval in the speed that is shown. */
const RATE_WEIGHT = 0.3;

/** The counters of a sink's loop that a replay shows. */
const COUNTED: Readonly<Record<Exclude<keyof ReplayCounts, 'read' | 'expired'>, keyof SinkCounters>> = {
  filtered: 'filteredRecords',
  written: 'writtenRecords',
  duplicated: 'duplicatedRecords',
  deadLettered: 'deadLetteredRecords',
};

/** One run of one replay by this instance, from where the last one has stopped. */
export class ReplayExecution {
  readonly job: ReplayJob;
  readonly #attempt: number;
  readonly #parts: ExecutionParts;
  readonly #logger: Logger;
  readonly #before: ReplayCounts;
  /** The run is to end. */
  readonly #stopping = new AbortController();
  /** The app stops, or gives the partition back: nothing may take long any more. */
  readonly #leaving = new AbortController();
  /** Another instance has the job: nothing more may be written. */
  readonly #lost = new AbortController();
  readonly #backoff = new Backoff(100, 5000);
  readonly #ended = Promise.withResolvers<ReplayState>();
  #startedAt: number;
  #ranges: PartitionRange[];
  #loop: ReplayLoop | undefined;
  #consumer: ReplayConsumer | undefined;
  #expired = 0;
  #error: string | undefined;
  #rate = 0;
  #measured = { at: 0, offsets: 0 };
  #savedAt = 0;
  #saving: Promise<void> = Promise.resolve();

  constructor({ job, progress }: ReplayEntry, parts: ExecutionParts) {
    this.job = job;
    this.#attempt = (progress?.attempt ?? 0) + 1;
    this.#parts = parts;
    this.#logger = parts.logger;
    this.#before = progress?.counts ?? noCounts();
    this.#startedAt = progress === undefined || progress.partitions.length === 0 ? Date.now() : progress.startedAt;
    this.#ranges = [...(progress?.partitions ?? [])];
    this.#ended.promise.catch(() => undefined); // it may fail before the run waits for it
  }

  /** Counters of this run alone; undefined before it has begun to write. */
  get counters(): SinkCounters | undefined {
    return this.#loop?.counters;
  }

  /** Offsets of the range that have not come to their end. */
  get left(): number {
    const { done, total } = offsetsOf(this.#ranges);
    return total - done;
  }

  /** Whether the progress, which shows for the replay, is that of an instance which has taken it over. */
  isLostTo({ term }: ReplayProgress): boolean {
    return term > this.#parts.term;
  }

  /**
   * Ends the run early.
   * @param state what the progress then says; undefined: nothing more is written, because another instance has the job
   */
  stop(state: ReplayState | undefined): void {
    if (state === undefined) this.#lost.abort();
    if (state === undefined || state === 'waiting') this.#leaving.abort();
    this.#stopping.abort();
    this.#ended.resolve(state ?? 'waiting');
  }

  /** Resolves when the run has come to an end and that is written down. Never rejects. */
  async run(): Promise<void> {
    const { stream, id } = this.job;
    const heartbeat = setInterval(() => this.#beat(), this.#parts.progressIntervalMs);
    try {
      await this.#begin();
      await this.#finish(await this.#ended.promise);
    } catch (error) {
      this.#error = error instanceof Error ? error.message : String(error);
      this.#logger.error({ err: error, replay: id, stream }, 'a replay has failed');
      await this.#finish('failed');
    } finally {
      clearInterval(heartbeat);
    }
  }

  async #begin(): Promise<void> {
    const { job } = this;
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    // First of all, so that a target that cannot be is told of even if there is nothing to write.
    const loop = this.#parts.open(job);
    if (this.#ranges.length === 0) this.#ranges = await this.#findRanges(signal);
    if (signal.aborted) return;
    this.#measured = { at: performance.now(), offsets: offsetsOf(this.#ranges).done };
    // The bounds are written before anything is read, so that whoever takes over reads to the same end.
    await this.#saveUntilTaken('running', signal);
    if (this.left === 0) this.#ended.resolve('done');
    if (this.left === 0 || signal.aborted) return;
    this.#loop = loop;
    const { maxBufferedBytes, reader, logger } = this.#parts;
    const options = { stream: job.stream, partitions: this.#ranges, maxBufferedBytes, eventsPerSecond: job.eventsPerSecond };
    const consumer = new ReplayConsumer(
      reader,
      options,
      loop,
      {
        onCommit: (offsets) => this.#commit(offsets),
        onExpired: (offsets) => (this.#expired += offsets),
        onFailure: (error) => this.#ended.reject(error),
      },
      logger,
    );
    this.#consumer = consumer;
    await loop.start(consumer);
    logger.info({ replay: job.id, stream: job.stream, target: job.target, attempt: this.#attempt, records: this.left }, 'a replay runs');
  }

  async #findRanges(signal: AbortSignal): Promise<PartitionRange[]> {
    const { cluster, reader } = this.#parts;
    const { stream, fromMs, toMs } = this.job;
    for (let attempt = 0; ; attempt++) {
      try {
        return await findRanges(cluster, reader, stream, fromMs, toMs);
      } catch (error) {
        if (signal.aborted) return [];
        if (!(error instanceof HerculesError) || !error.retryable) throw error;
        this.#logger[attempt % 10 === 0 ? 'warn' : 'debug'](
          { err: error, replay: this.job.id },
          'a replay cannot find its range now; trying again',
        );
        await sleep(this.#backoff.delayMs(attempt), signal);
      }
    }
  }

  async #commit(offsets: readonly { partition: number; offset: number }[]): Promise<void> {
    const next = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
    const ranges = this.#ranges.map((range) => ({ ...range, next: Math.min(range.end, next.get(range.partition) ?? range.next) }));
    await this.#save('running', ranges);
    this.#ranges = ranges;
    if (this.left === 0) this.#ended.resolve('done');
  }

  #beat(): void {
    if (this.#loop === undefined || Date.now() - this.#savedAt < SILENT_INTERVALS * this.#parts.progressIntervalMs) return;
    this.#save('running', this.#ranges).catch((error: unknown) => {
      this.#logger.debug({ err: error, replay: this.job.id }, 'the progress of a replay could not be written');
    });
  }

  async #finish(state: ReplayState): Promise<void> {
    const canDrain = (state === 'paused' || state === 'waiting') && this.#loop?.counters.storeAvailable === 1;
    if (canDrain) await this.#consumer?.drain(this.#leaving.signal.aborted ? HASTY_DRAIN_MS : DRAIN_MS);
    await this.#loop?.stop();
    if (this.#lost.signal.aborted) return;
    // What was committed while the loop stopped may have been the rest.
    const final = state === 'failed' || this.left > 0 || this.#ranges.length === 0 ? state : 'done';
    await this.#saveUntilTaken(final, this.#leaving.signal);
    const { id, stream } = this.job;
    this.#logger.info({ replay: id, stream, state: final, ...this.#counts() }, 'a replay has come to an end or rests');
  }

  /** Tries once at least, and then until the signal. */
  async #saveUntilTaken(state: ReplayState, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#save(state, this.#ranges);
        return;
      } catch (error) {
        this.#logger.warn({ err: error, replay: this.job.id, state }, 'the state of a replay cannot be written now');
        if (signal.aborted) return;
        await sleep(this.#backoff.delayMs(attempt), signal);
      }
    }
  }

  /** One after the other, so that an older progress never comes after a newer one. */
  #save(state: ReplayState, ranges: PartitionRange[]): Promise<void> {
    const saved = this.#saving.then(async () => {
      if (this.#lost.signal.aborted) throw new HerculesError('SHUTTING_DOWN', 'another instance executes the replay now');
      this.#savedAt = Date.now();
      await this.#parts.save(this.#progress(state, ranges));
    });
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  #progress(state: ReplayState, partitions: PartitionRange[]): ReplayProgress {
    this.#measure(offsetsOf(partitions).done);
    return {
      term: this.#parts.term,
      attempt: this.#attempt,
      executor: this.#parts.instance,
      state,
      ...(this.#error === undefined ? {} : { error: this.#error }),
      partitions,
      counts: this.#counts(),
      recordsPerSecond: state === 'running' ? Math.round(this.#rate * 10) / 10 : 0,
      storeAvailable: this.#loop === undefined || this.#loop.counters.storeAvailable === 1,
      startedAt: this.#startedAt,
      updatedAt: Date.now(),
    };
  }

  #measure(offsets: number): void {
    const now = performance.now();
    const seconds = (now - this.#measured.at) / 1000;
    // Two commits that follow each other at once say nothing of the speed.
    if (seconds < this.#parts.progressIntervalMs / 2000) return;
    const rate = (offsets - this.#measured.offsets) / seconds;
    this.#rate = this.#rate === 0 ? rate : this.#rate + RATE_WEIGHT * (rate - this.#rate);
    this.#measured = { at: now, offsets };
  }

  #counts(): ReplayCounts {
    const counts = { ...this.#before, expired: this.#before.expired + this.#expired };
    const counters = this.#loop?.counters;
    if (counters === undefined) return counts;
    for (const [name, counter] of Object.entries(COUNTED) as [keyof typeof COUNTED, keyof SinkCounters][])
      counts[name] += counters[counter];
    // Not what the loop has consumed: of that, some may be left to the next run.
    counts.read += counters.filteredRecords + counters.writtenRecords + counters.deadLetteredRecords;
    return counts;
  }
}
