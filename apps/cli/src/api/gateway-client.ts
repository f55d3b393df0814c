import { CliError } from '../cli-error.ts';
import type { HttpClient } from './http-client.ts';

export interface SendOptions {
  readonly signal: AbortSignal;
  /** How often a batch is sent before it has failed. */
  readonly attempts?: number;
  /** Wait before the second attempt, doubled each time, in ms. */
  readonly backoffMs?: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Writes to streams through the gateway (apis §3). */
export class GatewayClient {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /**
   * Resolves when Kafka has acknowledged every event of the batch. An attempt that may have failed for a while is repeated with the same
   * bytes, so a repeated event has the same id.
   * @throws CliError when the gateway refuses, or all attempts have failed
   */
  async send(stream: string, batch: Buffer, { signal, sleep, attempts = 6, backoffMs = 250 }: SendOptions): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const headers = { 'content-type': 'application/octet-stream' };
        await this.#http.call('POST', '/stream/send', { query: { stream }, body: batch, headers, signal });
        return;
      } catch (error) {
        const mayPass = error instanceof CliError && (error.status === undefined || error.status >= 500 || error.status === 429);
        if (!mayPass || signal.aborted || attempt === attempts) throw error;
        await sleep(backoffMs * 2 ** (attempt - 1), signal);
      }
    }
  }
}

/** A batch (protocol §6) of the bytes of events. */
export function batchOf(events: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeInt32BE(events.length);
  return Buffer.concat([count, ...events]);
}
