import type { Socket } from 'node:net';

/** A request that wants to know when its client has gone. */
export interface OpenExchange {
  onClientGone(): void;
}

const CONNECTION = Symbol('connection');

type ConnectedSocket = Socket & { [CONNECTION]?: HttpConnection };

/**
 * The unanswered requests of one connection: one, or several when the client pipelines. One listener on the socket serves all requests of the
 * connection, and it also reaches requests that have no event of their own when a connection breaks: those that wait for permits.
 */
export class HttpConnection {
  readonly #open = new Set<OpenExchange>();

  /** The connection that belongs to a socket. */
  static of(socket: Socket): HttpConnection {
    const connected = socket as ConnectedSocket;
    return (connected[CONNECTION] ??= HttpConnection.#attach(socket));
  }

  static #attach(socket: Socket): HttpConnection {
    const connection = new HttpConnection();
    socket.once('close', () => connection.#close());
    return connection;
  }

  /** True while no request of the connection waits for its answer. */
  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  begin(exchange: OpenExchange): void {
    this.#open.add(exchange);
  }

  end(exchange: OpenExchange): void {
    this.#open.delete(exchange);
  }

  #close(): void {
    for (const exchange of [...this.#open]) exchange.onClientGone();
  }
}
