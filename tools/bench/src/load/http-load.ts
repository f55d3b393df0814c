import { connect, type Socket } from 'node:net';
import { LogEventSource } from '../log-events.ts';
import { PAYLOAD_KINDS, type PayloadKind, type PayloadName } from '../payloads/payload-kinds.ts';
import { serveLoad, type LoadCounter } from './load-process.ts';

interface HttpLoadOptions {
  readonly host: string;
  readonly port: number;
  /** Left out: that of the payload. */
  readonly path?: string;
  /** What the bodies are; left out: binary batches of log events. */
  readonly payload?: PayloadName;
  readonly apiKey: string;
  readonly connections: number;
  readonly eventsPerRequest: number;
  /** Requests a second over all connections; left out: each connection sends its next request when the last one is answered. */
  readonly requestsPerSecond?: number;
}

const DIFFERENT_REQUESTS = 64;
const GOOD_ANSWER = /^HTTP\/1\.1 20[0-9] /;
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
    const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(this.#answer)?.[1] ?? 0);
    if (this.#answer.length < end + END_OF_HEADERS.length + bodyLength) return;
    this.#counter.answered(GOOD_ANSWER.test(this.#answer), performance.now() - this.#dueMs);
    this.#answer = '';
    this.#scheduleNext();
  }
}

function binaryBatches(): PayloadKind {
  const source = new LogEventSource();
  return { make: (events) => source.batch(events), path: '/stream/send', contentType: 'application/octet-stream' };
}

serveLoad<HttpLoadOptions>((options, counter) => {
  const kind: PayloadKind = options.payload === undefined ? binaryBatches() : PAYLOAD_KINDS[options.payload];
  const requests = Array.from({ length: DIFFERENT_REQUESTS }, () => {
    const body = kind.make(options.eventsPerRequest);
    const head = [
      `POST ${options.path ?? kind.path} HTTP/1.1`,
      `Host: ${options.host}`,
      `Authorization: Hercules apiKey ${options.apiKey}`,
      `Content-Type: ${kind.contentType}`,
      ...(kind.contentEncoding === undefined ? [] : [`Content-Encoding: ${kind.contentEncoding}`]),
      `Content-Length: ${body.length}`,
    ].join('\r\n');
    return Buffer.concat([Buffer.from(`${head}${END_OF_HEADERS}`), body]);
  });
  for (let i = 0; i < options.connections; i++) new HttpLoadConnection(options, requests, i, counter);
});
