import { taskKey, type MetadataState } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';

/** What the cleaner needs of the metadata's writer. */
export interface CleanerWriter {
  readonly isLeader: boolean;
  remove(key: string): Promise<void>;
}

/**
 * Removes old results of tasks from the metadata topic. A result is kept a little longer than its task may be carried out
 * (RetryPolicy.maxAgeMs), so a task that the topic shows again after its result is gone is too old to run twice.
 */
export class ResultCleaner {
  readonly #writer: CleanerWriter;
  readonly #state: Pick<MetadataState, 'taskResults'>;
  readonly #keepMs: number;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(writer: CleanerWriter, state: Pick<MetadataState, 'taskResults'>, maxAgeMs: number, logger: Logger) {
    this.#writer = writer;
    this.#state = state;
    this.#keepMs = maxAgeMs + maxAgeMs / 24;
    this.#logger = logger;
  }

  /** Cleans at this interval while this instance is the writer. */
  start(intervalMs: number): void {
    this.#timer = setInterval(() => this.#tick(), intervalMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #tick(): void {
    this.#running ??= this.clean().finally(() => (this.#running = undefined));
  }

  /** Removes what is old now. */
  async clean(): Promise<void> {
    try {
      const oldest = Date.now() - this.#keepMs;
      const old = [...this.#state.taskResults()].filter(([, result]) => Math.max(result.queuedAt, result.finishedAt) < oldest);
      for (const [id] of old) {
        if (!this.#writer.isLeader) return;
        await this.#writer.remove(taskKey(id));
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'Old results of tasks could not be removed; they will be later');
    }
  }
}
