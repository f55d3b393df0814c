import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { SecureContextOptions } from 'node:tls';
import { listen } from '@hercules/service';
import { apiKeyOf, doorApiKeyOf } from '../../authentication.ts';
import type { GrpcContext } from './grpc-context.ts';
import { GrpcCode } from './grpc-status.ts';
import { GrpcStream, isGrpc } from './grpc-stream.ts';
import { Health } from './health.ts';
import { HostedServices } from './hosted-services.ts';
import { messageEncodingOf, type MessageEncoding } from './message-encoding.ts';
import { addReflection } from './reflection.ts';
import { HandledMethod, type MessageHandler } from './handled-method.ts';
import { SendMethod } from './send-method.ts';
import { SendStreamCall } from './send-stream-call.ts';
import { UnaryCall, type UnaryMethod } from './unary-call.ts';

export interface GrpcReceiverOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: SecureContextOptions | undefined;
  /** What one call may send before it is read, in bytes: HTTP/2 flow control. */
  readonly streamWindowBytes: number;
  /** The same for all calls of a connection together. */
  readonly connectionWindowBytes: number;
  readonly maxConcurrentCalls: number;
  /** Path of gateway.proto, for reflection. */
  readonly protoFile: string;
  /** The API key of calls of other protocols that carry none. */
  readonly anonymousKey: string | undefined;
}

const SEND = '/hercules.v1.Gateway/Send';
const SEND_STREAM = '/hercules.v1.Gateway/SendStream';
/** Memory that node may spend on one connection, in MB, before it refuses calls; our own bounds are reached long before. */
const MAX_SESSION_MEMORY_MB = 1000;

/**
 * `hercules.v1.Gateway` (grpc.md), health and reflection on node:http2, without @grpc/grpc-js's server: half of the CPU a call, and the size
 * of a message is known before memory is spent on it (docs/decisions).
 */
export class GrpcReceiver {
  readonly #context: GrpcContext;
  readonly #options: GrpcReceiverOptions;
  readonly #sendMethod: SendMethod;
  readonly #handledMethods: ReadonlyMap<string, UnaryMethod>;
  readonly #services: HostedServices;
  readonly #health = new Health();
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #streamCalls = new Set<SendStreamCall>();

  /** @param doors methods of other protocols, by their paths */
  constructor(context: GrpcContext, options: GrpcReceiverOptions, doors: ReadonlyMap<string, MessageHandler>) {
    this.#context = context;
    this.#options = options;
    this.#sendMethod = new SendMethod(context);
    this.#handledMethods = new Map([...doors].map(([path, handler]) => [path, new HandledMethod(context, handler)]));
    this.#services = new HostedServices(context.buffers);
    this.#health.addTo(this.#services);
    addReflection(this.#services, options.protoFile);
    this.#server = this.#createServer();
  }

  /** Listens; resolves with the port, which differs from the configured one if that is 0. */
  start(): Promise<number> {
    return listen(this.#server, this.#options);
  }

  /** What the health service says. */
  set isServing(isServing: boolean) {
    this.#health.isServing = isServing;
  }

  /** Accepts no more connections and calls, ends streams when what they sent is answered, waits at most for the given time. */
  async stop(deadlineMs: number): Promise<void> {
    const server = this.#server;
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const call of this.#streamCalls) call.drain();
    for (const session of this.#sessions) session.close();
    const timer = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, deadlineMs);
    await closed;
    clearTimeout(timer);
  }

  #createServer(): Http2Server {
    const { tls, streamWindowBytes, maxConcurrentCalls } = this.#options;
    const options = {
      settings: { initialWindowSize: streamWindowBytes, maxConcurrentStreams: maxConcurrentCalls, enablePush: false },
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
    };
    const server = tls === undefined ? createServer(options) : createSecureServer({ ...options, ...tls });
    server.on('session', (session) => this.#onSession(session));
    server.on('stream', (stream, headers) => this.#onStream(stream, headers));
    // A broken connection ends its calls by their own events; there is nobody to tell.
    server.on('sessionError', () => undefined);
    return server;
  }

  #onSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on('close', () => this.#sessions.delete(session));
    session.setLocalWindowSize(this.#options.connectionWindowBytes);
  }

  #onStream(http2: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // Every error is followed by 'close', to which calls listen.
    http2.on('error', () => undefined);
    if (headers[':method'] !== 'POST' || !isGrpc(headers)) {
      http2.respond({ ':status': 415 }, { endStream: true });
      http2.resume();
      return;
    }
    const stream = new GrpcStream(http2);
    const path = headers[':path']!;
    const encoding = messageEncodingOf(headers['grpc-encoding'] as string | undefined);
    if (encoding === undefined)
      stream.failWith(GrpcCode.UNIMPLEMENTED, 'The supported encodings of messages are identity, gzip and deflate');
    else if (path === SEND) this.#startUnary(this.#sendMethod, stream, apiKeyOf(headers.authorization, undefined), encoding);
    else if (path === SEND_STREAM) this.#startStreamCall(stream, headers, encoding);
    else if (this.#handledMethods.has(path)) this.#startHandled(path, stream, headers, encoding);
    else if (!this.#services.call(path, stream)) stream.failWith(GrpcCode.UNIMPLEMENTED, `There is no method ${path}`);
  }

  #startUnary(method: UnaryMethod, stream: GrpcStream, apiKey: string | undefined, encoding: MessageEncoding): void {
    new UnaryCall(this.#context, method, stream, apiKey, encoding).start();
  }

  #startHandled(path: string, stream: GrpcStream, headers: IncomingHttpHeaders, encoding: MessageEncoding): void {
    const apiKey = doorApiKeyOf(headers.authorization, headers['apikey'] as string | undefined) ?? this.#options.anonymousKey;
    this.#startUnary(this.#handledMethods.get(path)!, stream, apiKey, encoding);
  }

  #startStreamCall(stream: GrpcStream, headers: IncomingHttpHeaders, encoding: MessageEncoding): void {
    const call = new SendStreamCall(this.#context, stream, apiKeyOf(headers.authorization, undefined), encoding);
    this.#streamCalls.add(call);
    stream.http2.on('close', () => this.#streamCalls.delete(call));
    call.start();
  }
}
