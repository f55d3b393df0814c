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
  /** One request at a time is what most clients send; only a pipelining client needs the set. */
  #current: OpenExchange | undefined;
  #others: Set<OpenExchange> | undefined;

  private constructor(socket: Socket) {
    socket.once('close', () => this.#close());
  }

  /** The connection that belongs to a socket. */
  static of(socket: Socket): HttpConnection {
    const connected = socket as ConnectedSocket;
    return (connected[CONNECTION] ??= new HttpConnection(socket));
  }

  begin(exchange: OpenExchange): void {
    if (this.#current === undefined) this.#current = exchange;
    else (this.#others ??= new Set()).add(exchange);
  }

  end(exchange: OpenExchange): void {
    if (this.#current === exchange) this.#current = undefined;
    else this.#others?.delete(exchange);
  }

  #close(): void {
    const open = [this.#current, ...(this.#others ?? [])];
    for (const exchange of open) exchange?.onClientGone();
  }
}
