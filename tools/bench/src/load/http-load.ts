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
}

const DIFFERENT_REQUESTS = 64;
const GOOD_ANSWER = 'HTTP/1.1 200';
const END_OF_HEADERS = '\r\n\r\n';

/** Sends one request after another over one connection; plain sockets, so that the load costs less than what it measures. */
class HttpLoadConnection {
  readonly #socket: Socket;
  readonly #requests: readonly Buffer[];
  readonly #counter: LoadCounter;
  #next: number;
  #sentMs = 0;
  #answer = '';

  constructor({ host, port }: HttpLoadOptions, requests: readonly Buffer[], first: number, counter: LoadCounter) {
    this.#requests = requests;
    this.#next = first;
    this.#counter = counter;
    this.#socket = connect({ host, port, noDelay: true }, () => this.#send());
    this.#socket.on('data', (chunk) => this.#onData(chunk));
    this.#socket.on('error', (error) => {
      process.stderr.write(`http load: ${error.message}\n`);
      process.exit(1);
    });
  }

  #send(): void {
    this.#sentMs = performance.now();
    this.#socket.write(this.#requests[this.#next++ % this.#requests.length]!);
  }

  #onData(chunk: Buffer): void {
    this.#answer += chunk.toString('latin1');
    const end = this.#answer.indexOf(END_OF_HEADERS);
    if (end < 0) return;
    const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(this.#answer)?.[1]);
    if (this.#answer.length < end + END_OF_HEADERS.length + bodyLength) return;
    this.#counter.answered(this.#answer.startsWith(GOOD_ANSWER), performance.now() - this.#sentMs);
    this.#answer = '';
    this.#send();
  }
}

serveLoad<HttpLoadOptions>((options, counter) => {
  const source = new LogEventSource();
  const requests = Array.from({ length: DIFFERENT_REQUESTS }, () => {
    const body = source.batch(options.eventsPerRequest);
    const head = `POST ${options.path} HTTP/1.1\r\nHost: ${options.host}\r\nAuthorization: Hercules apiKey ${options.apiKey}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  });
  for (let i = 0; i < options.connections; i++) new HttpLoadConnection(options, requests, i * 7, counter);
});
