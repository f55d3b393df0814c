import type { Logger } from '@hercules/protocol';
import type { OnRefused } from './metric-assigner.ts';

const LOG_EVERY_MS = 60_000;

/** Counts the events that cannot be aggregated by reason, and says once a minute what is wrong with one of them. */
export class Refusals {
  readonly counts = new Map<string, number>();
  readonly #logger: Logger;
  readonly #saidAtMs = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  readonly add: OnRefused = (reason, message) => {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    const now = Date.now();
    if (now - (this.#saidAtMs.get(reason) ?? 0) < LOG_EVERY_MS) return;
    this.#saidAtMs.set(reason, now);
    this.#logger.warn({ reason, error: message, events: this.counts.get(reason) }, 'a metric cannot be aggregated');
  };
}
