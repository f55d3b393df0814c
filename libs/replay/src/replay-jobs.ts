import { CompactedTable, type CompactedTableOptions, type KafkaCluster } from '@hercules/kafka';
import { parseJson } from '@hercules/metadata';
import { HerculesError, type Logger } from '@hercules/protocol';
import type { z } from 'zod';
import { replayTopicConfigs } from './config.ts';
import { replayJobSchema, type ReplayJob } from './replay-job.ts';
import { parseReplayKey } from './replay-keys.ts';
import { replayProgressSchema, type ReplayProgress } from './replay-progress.ts';
import type { ReplayEntry } from './replay-status.ts';

export interface ReplayJobsOptions {
  readonly topic: string;
  /** Creates the topic if it is missing, with this replication factor. Left out: waits until the management API has made it. */
  readonly replicationFactor?: number;
}

/** Called after a change of a replay shows. */
export type ReplayListener = (id: string) => void;

/** Called when an executor that has lost a replay has written its progress over a newer one, which still shows here and is given. */
export type OutdatedListener = (id: string, current: ReplayProgress) => void;

/** Called when an instance has claimed to execute the replays of a name. */
export type ClaimListener = (name: string, term: number) => void;

/** A live view on all replays. */
export class ReplayJobs {
  readonly topic: string;
  readonly #cluster: KafkaCluster;
  readonly #options: CompactedTableOptions;
  readonly #logger: Logger;
  readonly #jobs = new Map<string, ReplayJob>();
  readonly #progress = new Map<string, ReplayProgress>();
  /** Offset of the last claim on each name. */
  readonly #claims = new Map<string, number>();
  readonly #listeners = new Set<ReplayListener>();
  readonly #outdatedListeners = new Set<OutdatedListener>();
  readonly #claimListeners = new Set<ClaimListener>();
  #table: CompactedTable | undefined;
  #follows = false;

  constructor(cluster: KafkaCluster, { topic, replicationFactor }: ReplayJobsOptions, logger: Logger) {
    this.topic = topic;
    this.#cluster = cluster;
    this.#logger = logger;
    const create = replicationFactor === undefined ? {} : { create: { replicationFactor, configs: replayTopicConfigs(replicationFactor) } };
    this.#options = { topic, ...create };
  }

  /** Reads the topic to its present end and then follows it; once it does, nothing more. Throws KAFKA_UNAVAILABLE, after which it may be called again, SHUTTING_DOWN. */
  async start(): Promise<void> {
    if (this.#follows) return;
    const table = new CompactedTable(this.#cluster, this.#options, this.#logger);
    table.onChange((key, value, offset) => this.#onRecord(key, value, offset));
    this.#table = table;
    await table.start();
    this.#follows = true;
  }

  async stop(): Promise<void> {
    await this.#table?.stop();
  }

  get(id: string): ReplayEntry | undefined {
    const job = this.#jobs.get(id);
    return job === undefined ? undefined : { job, progress: this.#progress.get(id) };
  }

  /** Offset of the last claim to execute the replays of this name. */
  lastClaim(name: string): number | undefined {
    return this.#claims.get(name);
  }

  /** All replays, the oldest first. */
  list(): ReplayEntry[] {
    return [...this.#jobs.values()]
      .map((job) => ({ job, progress: this.#progress.get(job.id) }))
      .sort((a, b) => a.job.createdAt - b.job.createdAt || (a.job.id < b.job.id ? -1 : 1));
  }

  /** @returns ends it */
  onChange(listener: ReplayListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns ends it */
  onClaim(listener: ClaimListener): () => void {
    this.#claimListeners.add(listener);
    return () => this.#claimListeners.delete(listener);
  }

  /** @returns ends it */
  onOutdated(listener: OutdatedListener): () => void {
    this.#outdatedListeners.add(listener);
    return () => this.#outdatedListeners.delete(listener);
  }

  /** Offset after the last record that shows; 0 before the start. */
  get position(): number {
    return this.#table?.position ?? 0;
  }

  /** Waits until the record at `offset` shows. Throws TIMEOUT, SHUTTING_DOWN. */
  async waitForOffset(offset: number, timeoutMs: number): Promise<void> {
    if (this.#table === undefined) throw new HerculesError('TIMEOUT', `the table of ${this.topic} is not read yet`);
    await this.#table.waitForOffset(offset, timeoutMs);
  }

  #onRecord(key: string, value: Buffer | undefined, offset: number): void {
    const parsed = parseReplayKey(key);
    if (parsed === undefined) {
      this.#logger.warn({ topic: this.topic, key }, 'a record of the topic of replays has a key that is not known here; it is passed over');
      return;
    }
    const { kind, id } = parsed;
    if (kind === 'executor') {
      this.#claims.set(id, offset);
      for (const listener of this.#claimListeners) listener(id, offset);
      return;
    }
    if (kind === 'job') this.#set(this.#jobs, id, value, replayJobSchema);
    else this.#setProgress(id, value);
    for (const listener of this.#listeners) listener(id);
  }

  #setProgress(id: string, value: Buffer | undefined): void {
    const before = this.#progress.get(id);
    this.#set(this.#progress, id, value, replayProgressSchema);
    const now = this.#progress.get(id);
    // An executor that does not know yet that it has lost the job must not take the progress of its successor back.
    if (before === undefined || now === undefined || now.term >= before.term) return;
    this.#progress.set(id, before);
    for (const listener of this.#outdatedListeners) listener(id, before);
  }

  #set<T>(map: Map<string, T>, id: string, value: Buffer | undefined, schema: z.ZodType<T>): void {
    if (value === undefined) {
      map.delete(id);
      return;
    }
    try {
      map.set(id, schema.parse(parseJson(value.toString('utf8'))));
    } catch (error) {
      this.#logger.error({ err: error, topic: this.topic, id }, 'a record of the topic of replays cannot be read; what it replaces stays');
    }
  }
}
