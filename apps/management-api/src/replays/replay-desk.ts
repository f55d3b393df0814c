import { randomUUID } from 'node:crypto';
import type { KafkaCluster, PartitionReader } from '@hercules/kafka';
import { HerculesError } from '@hercules/protocol';
import {
  findRanges,
  isFinished,
  offsetsOf,
  type ReplayEntry,
  type ReplayJob,
  type ReplayJobs,
  type ReplayLog,
  type WantedState,
} from '@hercules/replay';
import type { ReplayRequest } from './replay-request.ts';

export interface ReplayDeskParts {
  readonly cluster: Pick<KafkaCluster, 'refreshMetadata' | 'partitionCount'>;
  readonly reader: Pick<PartitionReader, 'offsets'>;
  readonly jobs: Pick<ReplayJobs, 'get' | 'list' | 'waitForOffset'>;
  readonly log: Pick<ReplayLog, 'putJob'>;
}

const SHOWN_TIMEOUT_MS = 10_000;

/**
 * Takes replays in and changes what is wanted of them. Any instance may write: a new replay has an id of its own, and of two wishes for the same replay
 * the last one counts.
 */
export class ReplayDesk {
  readonly #parts: ReplayDeskParts;

  constructor(parts: ReplayDeskParts) {
    this.#parts = parts;
  }

  get(id: string): ReplayEntry | undefined {
    return this.#parts.jobs.get(id);
  }

  list(): ReplayEntry[] {
    return this.#parts.jobs.list();
  }

  /** @returns the replay once it shows here */
  async create({ from, to, ...request }: ReplayRequest, createdBy: string): Promise<ReplayEntry> {
    const now = Date.now();
    const job: ReplayJob = { id: randomUUID(), ...request, fromMs: from, toMs: to ?? now, wanted: 'running', createdAt: now, createdBy };
    return this.#put(job);
  }

  /** Counts the range of a request by its offsets. */
  async measure({
    stream,
    from,
    to,
  }: ReplayRequest): Promise<{ records: number; partitions: { partition: number; start: number; end: number }[] }> {
    const { cluster, reader } = this.#parts;
    const ranges = await findRanges(cluster, reader, stream, from, to ?? Date.now());
    return { records: offsetsOf(ranges).total, partitions: ranges.map(({ partition, start, end }) => ({ partition, start, end })) };
  }

  /**
   * Asks for another state; the executor follows.
   * @throws HerculesError CONFLICT when the replay has come to its end, or is cancelled
   */
  async want(entry: ReplayEntry, wanted: WantedState): Promise<ReplayEntry> {
    const { job, progress } = entry;
    const state = isFinished(entry) ? (progress?.state ?? 'cancelled') : undefined;
    if (state === wanted || (state === undefined && job.wanted === wanted)) return entry;
    if (state !== undefined)
      throw new HerculesError(
        'CONFLICT',
        `The replay '${job.id}' is ${state} and cannot ${wanted === 'running' ? 'go on' : `be ${wanted}`} any more`,
      );
    if (job.wanted === 'cancelled') throw new HerculesError('CONFLICT', `The replay '${job.id}' is being cancelled`);
    return this.#put({ ...job, wanted });
  }

  async #put(job: ReplayJob): Promise<ReplayEntry> {
    const { jobs, log } = this.#parts;
    await jobs.waitForOffset(await log.putJob(job), SHOWN_TIMEOUT_MS);
    const entry = jobs.get(job.id);
    if (entry === undefined) throw new HerculesError('INTERNAL', `the replay '${job.id}' was written and does not show`);
    return entry;
  }
}
