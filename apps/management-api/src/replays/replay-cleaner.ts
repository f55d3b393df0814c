import type { Logger } from '@hercules/protocol';
import { isFinished, type ReplayEntry, type ReplayJobs, type ReplayLog } from '@hercules/replay';

/** Takes replays that have come to their end out of the topic some time later. Several instances may do so at once. */
export class ReplayCleaner {
  readonly #jobs: Pick<ReplayJobs, 'list'>;
  readonly #log: Pick<ReplayLog, 'remove'>;
  readonly #keepMs: number;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(jobs: Pick<ReplayJobs, 'list'>, log: Pick<ReplayLog, 'remove'>, keepMs: number, logger: Logger) {
    this.#jobs = jobs;
    this.#log = log;
    this.#keepMs = keepMs;
    this.#logger = logger;
  }

  start(intervalMs: number): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.clean().finally(() => (this.#running = undefined));
    }, intervalMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Removes what is old now. */
  async clean(): Promise<void> {
    const oldest = Date.now() - this.#keepMs;
    try {
      for (const entry of this.#jobs.list()) if (isFinished(entry) && endedAt(entry) < oldest) await this.#log.remove(entry.job.id);
    } catch (error) {
      this.#logger.warn({ err: error }, 'Old replays could not be removed; they will be later');
    }
  }
}

function endedAt({ job, progress }: ReplayEntry): number {
  return progress?.updatedAt ?? job.createdAt;
}
