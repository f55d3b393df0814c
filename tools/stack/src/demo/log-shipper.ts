import { EventWriter } from '@hercules/protocol';
import { pause } from '../wait-until.ts';
import type { LogSource } from './log-source.ts';

export interface ShipperOptions {
  /** Base URL of the gateway. */
  readonly gateway: string;
  readonly stream: string;
  readonly apiKey: string;
  /** Called after every batch that has arrived, with the number of its events. */
  readonly onShipped: (events: number) => void;
  readonly print: (line: string) => void;
}

const LOOK_MS = 250;
const SEND_TIMEOUT_MS = 40_000;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5000;
/** Statuses of a batch that would be refused every time (apis §3); a missing stream or right may still be on its way through the metadata. */
const FINAL_STATUSES: readonly number[] = [400, 413, 415];

/** Ships new log entries to the gateway, one batch at a time: the same batch again until it has arrived, then the next. */
export class LogShipper {
  readonly #sources: readonly LogSource[];
  readonly #options: ShipperOptions;
  readonly #writer = new EventWriter(64 * 1024);

  constructor(sources: readonly LogSource[], options: ShipperOptions) {
    this.#sources = sources;
    this.#options = options;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const events = this.#collect();
      if (events > 0 && !(await this.#deliver(signal))) return;
      for (const source of this.#sources) source.commit();
      this.#options.onShipped(events);
      if (events === 0) await pause(LOOK_MS);
    }
  }

  #collect(): number {
    this.#writer.reset();
    const now = Date.now();
    for (const source of this.#sources) source.collect(this.#writer, now);
    return this.#writer.eventCount;
  }

  /** True when the batch has arrived, or never will; false when the signal aborted before. */
  async #deliver(signal: AbortSignal): Promise<boolean> {
    const body = new Uint8Array(this.#writer.batch());
    const { print } = this.#options;
    let backoffMs = FIRST_BACKOFF_MS;
    let lastProblem = '';
    for (;;) {
      const problem = await this.#send(body, signal);
      if (problem === undefined) {
        if (lastProblem !== '') print('the gateway takes events again');
        return true;
      }
      if (problem.isFinal) {
        print(`a batch of ${this.#writer.eventCount} events was refused for good: ${problem.text}`);
        return true;
      }
      // Said once, not at every attempt: the demo's own log must not grow because the gateway is away.
      if (problem.text !== lastProblem) print(`the gateway does not take events: ${problem.text}; trying again`);
      lastProblem = problem.text;
      if (signal.aborted) return false;
      await pause(backoffMs);
      backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2);
    }
  }

  async #send(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<{ text: string; isFinal: boolean } | undefined> {
    const { gateway, stream, apiKey } = this.#options;
    try {
      const response = await fetch(`${gateway}/stream/send?stream=${stream}`, {
        method: 'POST',
        headers: { authorization: `Hercules apiKey ${apiKey}`, 'content-type': 'application/octet-stream' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.status === 200) return undefined;
      return { text: `${response.status} ${text}`.trim(), isFinal: FINAL_STATUSES.includes(response.status) };
    } catch (error) {
      const cause = (error as Error).cause;
      return { text: cause instanceof Error ? cause.message : (error as Error).message, isFinal: false };
    }
  }
}
