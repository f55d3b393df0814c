import { connect, type Socket } from 'node:net';
import { LogEventSource } from '../log-events.ts';
import { serveLoad, type LoadCounter } from './load-process.ts';

interface HttpLoadOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly apiKey: string;
  readonly connections: number;
  readonly eventsPerRequest: number;
  /** Requests a second over all connections; left out: each connection sends its next request when the last one is answered. */
  readonly requestsPerSecond?: number;
}

const DIFFERENT_REQUESTS = 64;
const GOOD_ANSWER = 'HTTP/1.1 200';
const END_OF_HEADERS = '\r\n\r\n';

/** Sends one request after another over one connection; plain sockets, so that the load costs less than what it measures. */
class HttpLoadConnection {
  readonly #socket: Socket;
  readonly #requests: readonly Buffer[];
  readonly #counter: LoadCounter;
  readonly #intervalMs: number;
  #next: number;
  /** When the request under way was due; latency counts from then, so that a late request shows. */
  #dueMs = performance.now();
  #answer = '';

  constructor(
    { host, port, connections, requestsPerSecond }: HttpLoadOptions,
    requests: readonly Buffer[],
    first: number,
    counter: LoadCounter,
  ) {
    this.#requests = requests;
    this.#intervalMs = requestsPerSecond === undefined ? 0 : (1000 * connections) / requestsPerSecond;
    this.#next = first;
    this.#counter = counter;
    this.#socket = connect({ host, port, noDelay: true }, () => this.#begin(first / connections));
    this.#socket.on('data', (chunk) => this.#onData(chunk));
    this.#socket.on('error', (error) => {
      process.stderr.write(`http load: ${error.message}\n`);
      process.exit(1);
    });
  }

  /** Connections with a pace begin one after another, so that their requests come evenly and not all at once. */
  #begin(share: number): void {
    this.#dueMs = performance.now() + share * this.#intervalMs;
    setTimeout(() => this.#send(), share * this.#intervalMs);
  }

  #send(): void {
    this.#socket.write(this.#requests[this.#next++ % this.#requests.length]!);
  }

  #scheduleNext(): void {
    const nowMs = performance.now();
    this.#dueMs = this.#intervalMs === 0 ? nowMs : this.#dueMs + this.#intervalMs;
    const waitMs = this.#dueMs - nowMs;
    if (waitMs >= 1) setTimeout(() => this.#send(), waitMs);
    else this.#send();
  }

  #onData(chunk: Buffer): void {
    this.#answer += chunk.toString('latin1');
    const end = this.#answer.indexOf(END_OF_HEADERS);
    if (end < 0) return;
    const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(this.#answer)?.[1]);
    if (this.#answer.length < end + END_OF_HEADERS.length + bodyLength) return;
    this.#counter.answered(this.#answer.startsWith(GOOD_ANSWER), performance.now() - this.#dueMs);
    this.#answer = '';
    this.#scheduleNext();
  }
}

serveLoad<HttpLoadOptions>((options, counter) => {
  const source = new LogEventSource();
  const requests = Array.from({ length: DIFFERENT_REQUESTS }, () => {
    const body = source.batch(options.eventsPerRequest);
    const head = `POST ${options.path} HTTP/1.1\r\nHost: ${options.host}\r\nAuthorization: Hercules apiKey ${options.apiKey}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  });
  for (let i = 0; i < options.connections; i++) new HttpLoadConnection(options, requests, i, counter);
});
