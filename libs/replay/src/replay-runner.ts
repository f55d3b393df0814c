import { BatchConsumer, type KafkaCluster, type BatchingProducer, PartitionReader, settledWithin } from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import { Backoff, sleep } from '@hercules/sink';
import type { ReplayConfig } from './config.ts';
import { ReplayExecution } from './replay-execution.ts';
import type { ReplayJob } from './replay-job.ts';
import { ReplayJobs } from './replay-jobs.ts';
import { ReplayLog } from './replay-log.ts';
import type { ReplayLoop } from './replay-loop.ts';
import { isFinalState, type ReplayProgress, type ReplayState } from './replay-progress.ts';
import type { ReplayEntry } from './replay-status.ts';

/** What an app can do for replays. */
export interface ReplayExecutor {
  /** Whether the replay is this app's to execute. All instances of the app must say the same. */
  accepts(job: ReplayJob): boolean;
  /** Makes what writes the records. @throws HerculesError for a replay that can never be executed, naming what was expected: it has failed */
  open(job: ReplayJob, logger: Logger): ReplayLoop;
}

export interface ReplayRunnerParts {
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly executor: ReplayExecutor;
  /** What targets call the app; part of its group's name. */
  readonly name: string;
  readonly instanceId: string;
  readonly config: Omit<ReplayConfig, 'enabled' | 'name'>;
  readonly logger: Logger;
  /** The view of an app that has one; otherwise the runner has its own. */
  readonly jobs?: ReplayJobs;
}

/** Sums over all replays that this instance has executed. */
export interface ReplayTotals {
  read: number;
  written: number;
  deadLettered: number;
  /** Replays that have come to an end here, by how. */
  readonly ended: Record<'done' | 'cancelled' | 'failed', number>;
}

const SHOWN_TIMEOUT_MS = 10_000;
const SAVE_TIMEOUT_MS = 5000;
const TOPIC_POLL_MS = 2000;
/** The topic is there before the group is joined, and its one partition stays. */
const METADATA_REFRESH_MS = 10_000;
/** Fetches wait for their records, so each replay under way needs connections of its own. */
const CONNECTIONS_PER_JOB = 1;

/**
 * Executes the replays of an app, those that its executor accepts. The instances of the app share a consumer group on the topic of replays: the member that
 * has its one partition executes, and whoever gets it next goes on at the last progress (docs/decisions/006-replay.md).
 */
export class ReplayRunner {
  readonly totals: ReplayTotals = { read: 0, written: 0, deadLettered: 0, ended: { done: 0, cancelled: 0, failed: 0 } };
  readonly #parts: ReplayRunnerParts;
  readonly #logger: Logger;
  readonly #jobs: ReplayJobs;
  readonly #log: ReplayLog;
  readonly #reader: PartitionReader;
  #consumer: BatchConsumer | undefined;
  readonly #executions = new Map<string, { readonly execution: ReplayExecution; readonly ended: Promise<void> }>();
  readonly #stopSignal = new AbortController();
  readonly #backoff = new Backoff(100, 2000);
  /** Grows with every assignment and its end: what was begun under a former one is void. */
  #assignment = 0;
  /** Offset of the claim under which this instance executes; undefined while it does not. */
  #term: number | undefined;
  #starting: Promise<void> = Promise.resolve();
  readonly #subscriptions: (() => void)[] = [];

  constructor(parts: ReplayRunnerParts) {
    const { cluster, producer, config, logger } = parts;
    this.#parts = parts;
    this.#logger = logger;
    this.#jobs = parts.jobs ?? new ReplayJobs(cluster, { topic: config.topic }, logger);
    this.#log = new ReplayLog(producer, config.topic);
    this.#reader = new PartitionReader(cluster, { connections: CONNECTIONS_PER_JOB * config.maxJobs });
  }

  /** Whether this instance executes the app's replays now. */
  get isExecutor(): boolean {
    return this.#term !== undefined;
  }

  /** Replays under way here. */
  get running(): ReplayExecution[] {
    return [...this.#executions.values()].map(({ execution }) => execution);
  }

  /** Does not wait: the topic may be made later, and the app works without it. */
  start(): void {
    this.#subscriptions.push(
      this.#jobs.onChange((id) => this.#onChange(id)),
      this.#jobs.onClaim((name, term) => this.#onClaim(name, term)),
      this.#jobs.onOutdated((id, current) => void this.#restore(id, current)),
    );
    this.#starting = this.#start();
  }

  /** Stops the replays under way so that another instance goes on with them, and leaves the group. */
  async stop(): Promise<void> {
    this.#stopSignal.abort();
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    await this.#giveUp();
    if (this.#parts.jobs === undefined) await this.#jobs.stop();
    await this.#starting;
    await this.#consumer?.stop();
    await this.#reader.close();
  }

  async #start(): Promise<void> {
    const { signal } = this.#stopSignal;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        if (!(await this.#topicIsThere(attempt))) continue;
        if (signal.aborted) return;
        if (this.#parts.jobs === undefined) await this.#jobs.start();
        this.#consumer = this.#createConsumer();
        await this.#consumer.start();
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#logger.warn({ err: error }, 'replays cannot be executed yet; trying again');
        await sleep(this.#backoff.delayMs(attempt), signal);
      }
    }
  }

  /** Without a management API there are no replays, and nobody has to hear of it again and again. @returns false after a wait */
  async #topicIsThere(attempt: number): Promise<boolean> {
    const { cluster, config, logger } = this.#parts;
    await cluster.refreshMetadata();
    if (cluster.partitionCount(config.topic) > 0) return true;
    if (attempt === 0) logger.info({ topic: config.topic }, 'there is no topic of replays yet; the management API makes it');
    await sleep(TOPIC_POLL_MS, this.#stopSignal.signal);
    return false;
  }

  #createConsumer(): BatchConsumer {
    const { cluster, name, config, logger } = this.#parts;
    const consumer: BatchConsumer = new BatchConsumer(
      cluster,
      {
        groupId: `hercules.replays.${name}`,
        topics: [config.topic],
        sessionTimeoutMs: config.sessionTimeoutMs,
        metadataRefreshMs: METADATA_REFRESH_MS,
        fromBeginning: false,
      },
      {
        // The records are read by the view; the group only says who executes.
        onBlock: (block) => consumer.release(block),
        onAssigned: (partitions) => {
          if (partitions.length > 0) void this.#takeOver();
        },
        onRevoked: () => this.#giveUp(),
      },
      logger,
    );
    return consumer;
  }

  /** Claims the execution and begins once the view shows the claim, and with it all that a former executor has written. */
  async #takeOver(): Promise<void> {
    const { name, instanceId } = this.#parts;
    const assignment = ++this.#assignment;
    for (let attempt = 0; assignment === this.#assignment && !this.#stopSignal.signal.aborted; attempt++) {
      try {
        if (this.#consumer === undefined || this.#consumer.assignment().length === 0) return;
        // The group refuses the commit of a member that is no longer the owner, so a claim is only ever made by the owner.
        await this.#consumer.commit([{ topic: this.#jobs.topic, partition: 0, offset: this.#jobs.position }]);
        if (assignment !== this.#assignment) return;
        const term = await this.#log.putClaim(name, instanceId);
        await this.#jobs.waitForOffset(term, SHOWN_TIMEOUT_MS);
        if (assignment !== this.#assignment) return;
        // A former owner, frozen after its commit, has claimed after this instance: what is done under that claim would count for more.
        if (this.#jobs.lastClaim(name) !== term) continue;
        this.#term = term;
        this.#logger.info({ name, term }, 'this instance executes the replays');
        this.#reconcile();
        return;
      } catch (error) {
        this.#logger.warn({ err: error }, 'the replays cannot be taken over yet; trying again');
        await sleep(this.#backoff.delayMs(attempt), this.#stopSignal.signal);
      }
    }
  }

  /** A claim that came too late, from an instance that has lost the partition meanwhile, is answered by a newer one. */
  #onClaim(name: string, term: number): void {
    if (name !== this.#parts.name || this.#term === undefined || term <= this.#term) return;
    this.#logger.warn({ name, term }, 'another instance claims to execute the replays; the owner of the partition claims them again');
    void this.#giveUp().then(() => this.#takeOver());
  }

  async #giveUp(): Promise<void> {
    this.#assignment++;
    this.#term = undefined;
    const ended = [...this.#executions.values()].map(({ execution, ended }) => {
      execution.stop('waiting');
      return ended;
    });
    await Promise.all(ended);
  }

  #onChange(id: string): void {
    const execution = this.#executions.get(id)?.execution;
    const progress = this.#jobs.get(id)?.progress;
    if (execution !== undefined && progress !== undefined && execution.isLostTo(progress)) {
      this.#logger.warn({ replay: id, executor: progress.executor }, 'another instance has taken a replay over; it is left to it');
      execution.stop(undefined);
    }
    this.#reconcile();
  }

  /** Writes the progress once more that an executor which was thought dead has written over: the topic keeps the last word only. */
  async #restore(id: string, current: ReplayProgress): Promise<void> {
    const job = this.#jobs.get(id)?.job;
    if (this.#term === undefined || job === undefined || !this.#parts.executor.accepts(job)) return;
    this.#logger.warn(
      { replay: id, attempt: current.attempt },
      'a former executor has written its progress; the newer one is written again',
    );
    try {
      await this.#log.putProgress(id, current);
    } catch (error) {
      this.#logger.warn({ err: error, replay: id }, 'the progress of a replay could not be written again');
    }
  }

  /** Brings what runs here in line with what is wanted. */
  #reconcile(): void {
    const term = this.#term;
    if (term === undefined) return;
    for (const { execution } of this.#executions.values()) {
      const entry = this.#jobs.get(execution.job.id);
      if (entry === undefined) execution.stop(undefined);
      else if (entry.job.wanted !== 'running') execution.stop(entry.job.wanted);
    }
    for (const entry of this.#jobs.list()) {
      const { job, progress } = entry;
      if (this.#executions.has(job.id) || !this.#parts.executor.accepts(job)) continue;
      // What runs under a newer claim is not this instance's, which then has a newer one to make, or another name executes the same replays.
      if (progress !== undefined && (isFinalState(progress.state) || progress.term > term)) continue;
      if (job.wanted === 'running') {
        if (this.#executions.size < this.#parts.config.maxJobs) this.#execute(entry, term);
      } else if (progress?.state !== job.wanted) {
        this.#track(new ReplayExecution(entry, this.#executionParts(job, term)), job.wanted);
      }
    }
  }

  #execute(entry: ReplayEntry, term: number): void {
    this.#track(new ReplayExecution(entry, this.#executionParts(entry.job, term)), undefined);
  }

  /** @param rest the state to write down at once, for a replay that is not to run */
  #track(execution: ReplayExecution, rest: ReplayState | undefined): void {
    const { id } = execution.job;
    if (rest !== undefined) execution.stop(rest);
    const ended = execution.run().then(() => {
      this.#executions.delete(id);
      this.#add(execution);
      this.#reconcile();
    });
    this.#executions.set(id, { execution, ended });
  }

  #executionParts(job: ReplayJob, term: number): ConstructorParameters<typeof ReplayExecution>[1] {
    const { cluster, executor, instanceId, config, logger } = this.#parts;
    return {
      cluster,
      reader: this.#reader,
      open: () => executor.open(job, logger),
      save: (progress) => this.#save(job.id, progress),
      instance: instanceId,
      term,
      maxBufferedBytes: config.maxBufferedBytes,
      progressIntervalMs: config.progressIntervalMs,
      logger,
    };
  }

  /** A state that ends the run has to show before the next look at what is to be done. */
  async #save(id: string, progress: ReplayProgress): Promise<void> {
    const written = this.#log.putProgress(id, progress);
    if (!(await settledWithin(written, SAVE_TIMEOUT_MS)))
      throw new HerculesError('TIMEOUT', `Kafka has not taken the progress within ${SAVE_TIMEOUT_MS} ms`);
    const offset = await written;
    if (progress.state !== 'running' && progress.state !== 'waiting') await this.#jobs.waitForOffset(offset, SHOWN_TIMEOUT_MS);
  }

  #add(execution: ReplayExecution): void {
    const { counters, job } = execution;
    this.totals.read += counters?.consumedRecords ?? 0;
    this.totals.written += counters?.writtenRecords ?? 0;
    this.totals.deadLettered += counters?.deadLetteredRecords ?? 0;
    const state = this.#jobs.get(job.id)?.progress?.state;
    if (state === 'done' || state === 'cancelled' || state === 'failed') this.totals.ended[state]++;
  }
}
