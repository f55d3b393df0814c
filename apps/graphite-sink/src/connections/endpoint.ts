import { GraphiteConnection } from './graphite-connection.ts';
import { RecentBatches } from './recent-batches.ts';

export interface EndpointOptions {
  /** Connections that are kept ready. */
  readonly connectionLimitPerEndpoint: number;
  /** A ready connection is not used any more after this long; 0 = no limit. */
  readonly connectionTtlMs: number;
  readonly socketTimeoutMs: number;
  /** After a failed attempt to connect the endpoint is passed over for so long; 0 = not at all. */
  readonly frozenTimeMs: number;
  /** What an endpoint took so long before it went away is sent once more when it is back; 0: nothing. */
  readonly resendWindowMs: number;
  /** Most bytes that are kept for that. */
  readonly resendBytes: number;
}

/** One Graphite to send to, with the connections that are ready. */
export class Endpoint {
  readonly host: string;
  readonly port: number;
  /** What it has taken of late. */
  readonly recent: RecentBatches;
  readonly #options: EndpointOptions;
  readonly #ready: GraphiteConnection[] = [];
  #frozenUntil = 0;
  #opening = 0;

  constructor(host: string, port: number, options: EndpointOptions) {
    this.host = host;
    this.port = port;
    this.#options = options;
    this.recent = new RecentBatches(options.resendWindowMs, options.resendBytes);
  }

  get isFrozen(): boolean {
    return Date.now() < this.#frozenUntil;
  }

  get readyConnections(): number {
    return this.#ready.length;
  }

  /** A connection that is ready, or a new one. @throws HerculesError BACKEND_UNAVAILABLE, and freezes the endpoint */
  async take(fresh: boolean, signal: AbortSignal): Promise<GraphiteConnection> {
    const ready = fresh ? undefined : this.#takeReady();
    if (ready !== undefined) return ready;
    return this.#open(signal);
  }

  /** Gives a connection back that still stands; it is closed when there are enough. */
  giveBack(connection: GraphiteConnection): void {
    if (connection.isOpen && this.#ready.length < this.#options.connectionLimitPerEndpoint) this.#ready.push(connection);
    else connection.destroy();
  }

  /** Opens a connection ahead of its use, unless there are enough. A failure shows when one is needed. */
  warm(signal: AbortSignal): void {
    if (this.#ready.length + this.#opening >= this.#options.connectionLimitPerEndpoint) return;
    this.#opening++;
    void this.#open(signal)
      .then((connection) => this.giveBack(connection))
      .catch(() => undefined)
      .finally(() => this.#opening--);
  }

  close(): void {
    for (const connection of this.#ready.splice(0)) connection.destroy();
  }

  #takeReady(): GraphiteConnection | undefined {
    const { connectionTtlMs } = this.#options;
    for (let connection = this.#ready.shift(); connection !== undefined; connection = this.#ready.shift()) {
      const isOld = connectionTtlMs > 0 && Date.now() - connection.openedAt > connectionTtlMs;
      if (connection.isOpen && !isOld) return connection;
      connection.destroy();
    }
    return undefined;
  }

  async #open(signal: AbortSignal): Promise<GraphiteConnection> {
    try {
      const connection = await GraphiteConnection.open(this.host, this.port, this.#options.socketTimeoutMs, signal);
      this.#frozenUntil = 0;
      connection.onLost = () => this.recent.lost(Date.now());
      return connection;
    } catch (error) {
      this.recent.lost(Date.now());
      this.#frozenUntil = Date.now() + this.#options.frozenTimeMs;
      throw error;
    }
  }
}
