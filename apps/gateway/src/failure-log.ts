import type { HerculesError, Logger } from '@hercules/protocol';

const INTERVAL_MS = 1000;

/**
 * Logs failures of requests that are not the client's doing. What fails for one request often fails for thousands a second, so one line a second
 * is written; it says how many were left out.
 */
export class FailureLog {
  readonly #logger: Logger;
  #nextMs = -Infinity;
  #leftOut = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Takes every refusal; only unexpected ones (INTERNAL) are logged. */
  refused(error: HerculesError): void {
    if (error.code === 'INTERNAL') this.failed(error.cause ?? error, 'a request failed for an unexpected reason');
  }

  failed(error: unknown, message: string): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) {
      this.#leftOut++;
      return;
    }
    this.#nextMs = nowMs + INTERVAL_MS;
    this.#logger.error({ err: error, leftOut: this.#leftOut }, message);
    this.#leftOut = 0;
  }
}
