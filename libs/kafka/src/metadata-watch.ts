import type { Logger } from '@hercules/protocol';
import type { ClusterAccess } from './cluster-access.ts';

/** Least time between two refreshes that something urgent asked for. */
const URGENT_INTERVAL_MS = 100;

/**
 * Keeps a cluster's metadata fresh: on a timer, and sooner when a request has shown that it is stale. An outage is logged once when it
 * begins and once when it ends.
 */
export class MetadataWatch {
  readonly #cluster: ClusterAccess;
  readonly #intervalMs: number;
  readonly #onRefreshed: () => void;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  #startedAt = 0;
  #urgent = false;
  #failures = 0;
  #stopped = false;

  constructor(cluster: ClusterAccess, intervalMs: number, onRefreshed: () => void, logger: Logger) {
    this.#cluster = cluster;
    this.#intervalMs = intervalMs;
    this.#onRefreshed = onRefreshed;
    this.#logger = logger;
  }

  start(): void {
    this.#schedule(this.#intervalMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Something is not where the metadata says: refresh now, or a little later when that has just been done. */
  refreshSoon(): void {
    if (this.#urgent || this.#stopped) return;
    this.#urgent = true;
    // While nothing answers, asking again and again does not help: the pause grows up to the usual interval.
    const pauseMs = Math.min(this.#intervalMs, URGENT_INTERVAL_MS * 2 ** Math.min(this.#failures, 6));
    this.#schedule(Math.max(0, this.#startedAt + pauseMs - performance.now()));
  }

  /** Refreshes now; a refresh under way is shared. Rejects when no broker answers. */
  refresh(): Promise<void> {
    this.#underWay ??= this.#refresh().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #refresh(): Promise<void> {
    this.#startedAt = performance.now();
    this.#urgent = false;
    try {
      await this.#cluster.refreshMetadata();
    } catch (error) {
      if (this.#failures++ === 0) this.#logger.warn({ err: error }, 'no Kafka broker gives out metadata; trying until one does');
      throw error;
    }
    if (this.#failures > 0) this.#logger.info({ attempts: this.#failures }, 'Kafka gives out metadata again');
    this.#failures = 0;
    if (!this.#stopped) this.#onRefreshed();
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.refresh()
        .catch(() => undefined) // logged where it happened
        .finally(() => {
          if (this.#urgent) {
            this.#urgent = false;
            this.refreshSoon();
          } else {
            this.#schedule(this.#intervalMs);
          }
        });
    }, delayMs);
  }
}
