import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between the gateway and the one broker of the tests, so that Kafka can be taken away from the gateway alone. Brokers tell clients
 * their own address; the proxy puts its own port in that place, which has the same length.
 */
export class KafkaProxy {
  readonly #host: string;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #proxyPort = 0;
  #isSilent = false;

  constructor(broker = process.env.HERCULES_TEST_KAFKA ?? '127.0.0.1:9092') {
    const [host, port] = broker.split(',')[0]!.split(':');
    this.#host = host!;
    this.#port = Number(port);
  }

  get address(): string {
    return `${this.#host}:${this.#proxyPort}`;
  }

  /** Accepts connections, always on the same port. */
  async start(): Promise<void> {
    const server = createServer((client) => this.#onConnection(client));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#proxyPort, this.#host, resolve));
    this.#proxyPort = (server.address() as AddressInfo).port;
  }

  /** As if the broker's process had died. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** As if the broker hung: connections stay, nothing goes through. */
  set isSilent(isSilent: boolean) {
    this.#isSilent = isSilent;
    for (const socket of this.#sockets) {
      if (isSilent) socket.pause();
      else socket.resume();
    }
  }

  #onConnection(client: Socket): void {
    const broker = connect(this.#port, this.#host);
    this.#forward(client, broker, (chunk) => chunk);
    this.#forward(broker, client, (chunk) => this.#replacePort(chunk));
  }

  #forward(from: Socket, to: Socket, change: (chunk: Buffer) => Buffer): void {
    this.#sockets.add(from);
    from.on('data', (chunk: Buffer) => to.write(change(chunk)));
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isSilent) from.pause();
  }

  #replacePort(chunk: Buffer): Buffer {
    const address = Buffer.alloc(2 + this.#host.length + 4);
    address.writeUInt16BE(this.#host.length);
    address.write(this.#host, 2, 'latin1');
    address.writeUInt32BE(this.#port, address.length - 4);
    for (let at = chunk.indexOf(address); at >= 0; at = chunk.indexOf(address, at + 1)) {
      chunk.writeUInt32BE(this.#proxyPort, at + address.length - 4);
    }
    return chunk;
  }
}
