import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { listen } from '@hercules/service';
import { endInTime } from './end-in-time.ts';
import type { Framing } from './framing.ts';
import { type ConnectionParts, LineConnection } from './line-connection.ts';
import type { MessageReader } from './message-reader.ts';

/** How long a sender may be silent before its connection is closed, while the receiver stops, in ms. */
const LAST_WORDS_MS = 500;

export interface TcpReceiverOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly maxConnections: number;
  readonly idleTimeoutMs: number;
}

/** Listens for a protocol over TCP or TLS that cannot acknowledge. */
export class TcpReceiver {
  readonly #parts: ConnectionParts;
  readonly #options: TcpReceiverOptions;
  readonly #reader: MessageReader;
  readonly #createFraming: () => Framing;
  readonly #server: Server;
  readonly #connections = new Map<Socket, LineConnection>();
  #isStopping = false;

  constructor(parts: ConnectionParts, options: TcpReceiverOptions, reader: MessageReader, createFraming: () => Framing) {
    this.#parts = parts;
    this.#options = options;
    this.#reader = reader;
    this.#createFraming = createFraming;
    const { tls } = options;
    this.#server = tls === undefined ? createServer() : createTlsServer(tls);
    this.#server.maxConnections = options.maxConnections;
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => this.#onConnection(socket));
    this.#server.on('drop', () => parts.counters.refuse('too-many-connections'));
    this.#server.on('tlsClientError', () => parts.counters.refuse('tls'));
  }

  /** Listens; resolves with the port, which differs from the configured one if that is 0. @throws HerculesError BAD_CONFIG */
  start(): Promise<number> {
    return listen(this.#server, this.#options);
  }

  /**
   * Accepts no more connections and ends those that are there: what senders still write within half a second of their last bytes is read. Resolves when Kafka
   * has all of it, at most after the given time; what it does not have then is lost and counted.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#isStopping = true;
    if (this.#server.listening) this.#server.close();
    for (const socket of this.#connections.keys()) this.#letGo(socket);
    await endInTime(Promise.all([...this.#connections.values()].map(({ done }) => done)), deadlineMs, () => {
      for (const socket of this.#connections.keys()) socket.destroy();
      this.#parts.delivery.stop();
    });
  }

  #onConnection(socket: Socket): void {
    const { counters } = this.#parts;
    const sender = `${socket.remoteAddress}`;
    const connection = new LineConnection(this.#parts, socket, this.#createFraming(), this.#reader.eventsOf(sender));
    this.#connections.set(socket, connection);
    counters.connections++;
    socket.setTimeout(this.#options.idleTimeoutMs);
    socket.on('timeout', () => {
      // A sender that is held back cannot but be silent.
      if (!socket.isPaused() || this.#isStopping) socket.destroy();
    });
    void connection.done.then(() => {
      this.#connections.delete(socket);
      counters.connections--;
    });
    if (this.#isStopping) this.#letGo(socket);
  }

  #letGo(socket: Socket): void {
    socket.setTimeout(LAST_WORDS_MS);
    socket.end();
  }
}
