import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { LogEventSource } from '../log-events.ts';
import { PAYLOAD_KINDS, type PayloadName } from '../payloads/payload-kinds.ts';
import { field, varint } from '../payloads/proto-bytes.ts';
import { serveLoad, type LoadCounter } from './load-process.ts';

interface GrpcLoadOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly stream: string;
  /** What messages are; left out: requests of hercules.v1 with binary batches of log events. */
  readonly payload?: PayloadName;
  /** Path of the method. */
  readonly method: string;
  readonly mode: 'unary' | 'stream';
  readonly connections: number;
  /** Calls at once on a connection (unary), or unacknowledged messages on its one call (stream). */
  readonly inFlight: number;
  readonly eventsPerRequest: number;
}

const DIFFERENT_REQUESTS = 64;
const PREFIX_BYTES = 5;

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function headersOf({ apiKey, method }: GrpcLoadOptions): Record<string, string> {
  return {
    ':method': 'POST',
    ':path': method,
    'content-type': 'application/grpc+proto',
    te: 'trailers',
    authorization: `Hercules apiKey ${apiKey}`,
  };
}

/** Keeps a number of unary calls going on one connection. */
class UnaryLoad {
  readonly #session: ClientHttp2Session;
  readonly #headers: Record<string, string>;
  readonly #messages: readonly Buffer[];
  readonly #counter: LoadCounter;
  #next: number;

  constructor(options: GrpcLoadOptions, requests: readonly Buffer[], first: number, counter: LoadCounter) {
    this.#session = connect(options.url);
    this.#headers = headersOf(options);
    this.#messages = requests.map(framed);
    this.#next = first;
    this.#counter = counter;
    for (let i = 0; i < options.inFlight; i++) this.#call();
  }

  #call(): void {
    const sentMs = performance.now();
    const stream = this.#session.request(this.#headers);
    let isGood = false;
    stream.on('trailers', (trailers) => (isGood = trailers['grpc-status'] === '0'));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      this.#counter.answered(isGood, performance.now() - sentMs);
      this.#call();
    });
    stream.resume();
    stream.end(this.#messages[this.#next++ % this.#messages.length]);
  }
}

/** Keeps a number of messages unacknowledged on one SendStream call. */
class StreamLoad {
  readonly #stream: ClientHttp2Stream;
  readonly #requests: readonly Buffer[];
  readonly #counter: LoadCounter;
  readonly #sentMs = new Map<number, number>();
  #sequence = 1;
  #rest: Buffer = Buffer.alloc(0);

  constructor(options: GrpcLoadOptions, requests: readonly Buffer[], counter: LoadCounter) {
    this.#requests = requests.map((request) => field(2, request));
    this.#counter = counter;
    this.#stream = connect(options.url).request(headersOf(options));
    this.#stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#stream.on('close', () => {
      process.stderr.write('grpc load: the call has ended\n');
      process.exit(1);
    });
    for (let i = 0; i < options.inFlight; i++) this.#send();
  }

  #send(): void {
    const sequence = this.#sequence++;
    this.#sentMs.set(sequence, performance.now());
    this.#stream.write(framed(Buffer.concat([Buffer.from([0x08]), varint(sequence), this.#requests[sequence % this.#requests.length]!])));
  }

  #onData(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + PREFIX_BYTES <= bytes.length) {
      const end = at + PREFIX_BYTES + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      this.#onAnswer(bytes, at + PREFIX_BYTES);
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  /** The sequence number is the first field; the next one is the response (4) if the message was taken. */
  #onAnswer(bytes: Buffer, start: number): void {
    let at = start + 1;
    let sequence = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      sequence |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    this.#counter.answered(bytes[at] === 0x22, performance.now() - this.#sentMs.get(sequence)!);
    this.#sentMs.delete(sequence);
    this.#send();
  }
}

function messageMaker({ payload, stream }: GrpcLoadOptions): (events: number) => Buffer {
  if (payload !== undefined) return PAYLOAD_KINDS[payload].make;
  const source = new LogEventSource();
  const name = field(1, stream);
  return (events) => Buffer.concat([name, field(2, source.batch(events))]);
}

serveLoad<GrpcLoadOptions>((options, counter) => {
  const make = messageMaker(options);
  const requests = Array.from({ length: DIFFERENT_REQUESTS }, () => make(options.eventsPerRequest));
  for (let i = 0; i < options.connections; i++) {
    if (options.mode === 'unary') new UnaryLoad(options, requests, i * 7, counter);
    else new StreamLoad(options, requests, counter);
  }
});
