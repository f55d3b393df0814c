import { HerculesError } from '@hercules/protocol';
import type { Endpoint } from './endpoint.ts';
import type { GraphiteConnection } from './graphite-connection.ts';

export interface GraphiteSenderOptions {
  /** Most attempts for a batch before it counts as failed. */
  readonly retryLimit: number;
  /** Longest time for one batch, in ms. */
  readonly requestTimeoutMs: number;
  /** `close`: a batch is done when Graphite has read all of it and closed its connection; `written`: when the system has taken its bytes. */
  readonly confirmation: 'close' | 'written';
}

/** Sends batches, each to one endpoint: the local ones in turn; the remote ones only when no local one can be had. */
export class GraphiteSender {
  readonly counters = { batches: 0, failedBatches: 0, remoteBatches: 0, repeatedBatches: 0 };
  readonly #local: readonly Endpoint[];
  readonly #remote: readonly Endpoint[];
  readonly #options: GraphiteSenderOptions;
  #turn = 0;

  constructor(local: readonly Endpoint[], remote: readonly Endpoint[], options: GraphiteSenderOptions) {
    this.#local = local;
    this.#remote = remote;
    this.#options = options;
  }

  get endpoints(): readonly Endpoint[] {
    return [...this.#local, ...this.#remote];
  }

  /** @throws HerculesError BACKEND_UNAVAILABLE when all attempts have failed */
  async send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { endpoint, connection } = await this.#channel(attempt > 1, signal);
      try {
        await this.#sendOver(endpoint, connection, bytes, signal);
        this.counters.batches++;
        if (this.#remote.includes(endpoint)) this.counters.remoteBatches++;
        return;
      } catch (error) {
        connection.destroy();
        endpoint.recent.lost(Date.now());
        this.counters.failedBatches++;
        if (signal.aborted || attempt >= this.#options.retryLimit) throw error;
      }
    }
  }

  close(): void {
    for (const endpoint of this.endpoints) endpoint.close();
  }

  async #sendOver(endpoint: Endpoint, connection: GraphiteConnection, bytes: Buffer, signal: AbortSignal): Promise<void> {
    const { requestTimeoutMs, confirmation } = this.#options;
    const { recent } = endpoint;
    const repeated = recent.toRepeat();
    const all = repeated.length === 0 ? bytes : Buffer.concat([...repeated, bytes]);
    if (confirmation === 'written') {
      await connection.send(all, requestTimeoutMs, signal);
      endpoint.giveBack(connection);
    } else {
      // The next batch finds a connection that is ready.
      endpoint.warm(signal);
      await connection.sendAndClose(all, requestTimeoutMs, signal);
    }
    if (repeated.length > 0) {
      recent.repeated(Date.now());
      this.counters.repeatedBatches += repeated.length;
    }
    recent.add(bytes, Date.now());
  }

  /** @param fresh take no connection that has been waiting: it may have been broken for as long */
  async #channel(fresh: boolean, signal: AbortSignal): Promise<{ endpoint: Endpoint; connection: GraphiteConnection }> {
    const turn = this.#turn++;
    const candidates = [...inTurn(this.#local, turn), ...inTurn(this.#remote, turn)];
    let failure: unknown;
    // Those that are passed over for a while come last: with nothing else left, they are worth a try.
    for (const endpoint of [...candidates.filter(({ isFrozen }) => !isFrozen), ...candidates.filter(({ isFrozen }) => isFrozen)]) {
      signal.throwIfAborted();
      try {
        return { endpoint, connection: await endpoint.take(fresh, signal) };
      } catch (error) {
        failure = error;
      }
    }
    throw failure ?? new HerculesError('BACKEND_UNAVAILABLE', 'no Graphite endpoint is configured');
  }
}

function inTurn<T>(items: readonly T[], turn: number): T[] {
  const first = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
