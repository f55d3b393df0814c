import { HerculesClient, type HerculesError } from '@hercules/client';
import { CliError } from '../cli-error.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { STATUS_HINTS, UNREACHABLE_HINT } from './http-client.ts';

const THROTTLED_HINT = 'Try again in a moment; hercules doctor says what is not available, hercules quota list what a key may send.';

/** Writes to streams through the gateway, as every producer does. */
export class GatewayClient {
  readonly #client: HerculesClient;
  readonly #url: string;

  /** @param retryForMs how long a batch is sent again when the gateway is away or does not take it */
  constructor(url: string, apiKey: string, retryForMs: number) {
    this.#url = url;
    this.#client = new HerculesClient({ endpoints: [url], apiKey, retryForMs });
  }

  /**
   * Resolves when Kafka has acknowledged every event of the batch. What may have failed for a while is repeated with the same bytes, so a repeated event has the
   * same id.
   * @throws CliError when the gateway refuses, or did not take it for a while
   */
  async send(stream: string, batch: Buffer, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.sendBatch(stream, batch, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw this.#asCliError(error as HerculesError);
    }
  }

  #asCliError(error: HerculesError): CliError {
    if (error.code === 'BACKEND_UNAVAILABLE') {
      return new CliError(`gateway cannot be reached at ${this.#url}: ${error.message}`, {
        exitCode: EXIT_CODE.unreachable,
        hint: UNREACHABLE_HINT,
        cause: error,
      });
    }
    const hint = error.code === 'THROTTLED' ? THROTTLED_HINT : STATUS_HINTS[error.httpStatus];
    return new CliError(`gateway refused the events: ${error.message}`, {
      status: error.httpStatus,
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  }
}

/** A batch (protocol §6) of the bytes of events. */
export function batchOf(events: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeInt32BE(events.length);
  return Buffer.concat([count, ...events]);
}
