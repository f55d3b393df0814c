import { EventEmitter } from 'node:events';
import type { MethodDefinition, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { BufferPool } from '../../buffer-pool.ts';
import { GrpcCode } from './grpc-status.ts';
import { framed, type GrpcStream } from './grpc-stream.ts';
import { MessageReader, type Decision, type MessageOwner } from './message-reader.ts';

/** Requests of health and reflection are small. */
const MAX_MESSAGE_BYTES = 64 * 1024;

type Method = MethodDefinition<unknown, unknown>;
type UnaryCallback = (error: { code?: number; details?: string } | null, response: unknown) => void;
type Handler = (call: HostedCall, respond: UnaryCallback) => void;

interface HostedMethod {
  readonly definition: Method;
  readonly handler: Handler;
}

/**
 * Runs services that were written for @grpc/grpc-js's server, such as the health and the reflection service, on our HTTP/2 streams. It offers
 * of that server what these services use: `addService`, and calls with `request`, `write`, `end` and the events `data`, `end`, `cancelled`.
 */
export class HostedServices {
  readonly #pool: BufferPool;
  readonly #methods = new Map<string, HostedMethod>();

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    for (const [name, definition] of Object.entries(service)) {
      const camelCase = name.charAt(0).toLowerCase() + name.slice(1);
      const handler = implementation[name] ?? implementation[camelCase];
      if (handler !== undefined) this.#methods.set(definition.path, { definition, handler: handler as unknown as Handler });
    }
  }

  /** Runs the call if its path is one of a hosted service. */
  call(path: string, stream: GrpcStream): boolean {
    const method = this.#methods.get(path);
    if (method === undefined) return false;
    new HostedCall(method, stream, this.#pool).start();
    return true;
  }
}

class HostedCall extends EventEmitter implements MessageOwner {
  request: unknown;
  readonly #method: HostedMethod;
  readonly #stream: GrpcStream;
  readonly #reader: MessageReader;
  readonly #pool: BufferPool;
  #isStarted = false;

  constructor(method: HostedMethod, stream: GrpcStream, pool: BufferPool) {
    super();
    this.#method = method;
    this.#stream = stream;
    this.#pool = pool;
    this.#reader = new MessageReader(this, stream.http2, pool);
  }

  start(): void {
    const { http2 } = this.#stream;
    http2.on('data', (chunk: Buffer) => this.#reader.push(chunk));
    http2.on('end', () => this.emit('end'));
    http2.on('close', () => {
      this.#reader.stop();
      this.emit('cancelled', 'cancelled');
    });
    if (this.#method.definition.requestStream) this.#run();
  }

  onMessageStart(length: number): Decision {
    if (length <= MAX_MESSAGE_BYTES) return 'read';
    this.#fail(GrpcCode.RESOURCE_EXHAUSTED, `A message of this service may have at most ${MAX_MESSAGE_BYTES} bytes`);
    return 'skip';
  }

  onMessage(buffer: Buffer, start: number, end: number, isCompressed: boolean, isPooled: boolean): void {
    if (isCompressed) return this.#fail(GrpcCode.UNIMPLEMENTED, 'This service takes no compressed messages');
    const { definition } = this.#method;
    try {
      const request = definition.requestDeserialize(Buffer.from(buffer.subarray(start, end)));
      if (definition.requestStream) this.emit('data', request);
      else this.#runWith(request);
    } catch {
      this.#fail(GrpcCode.INTERNAL, 'The request could not be read');
    } finally {
      if (isPooled) this.#pool.give(buffer);
    }
  }

  onSkipped(): void {
    // The call has been ended already.
  }

  write(response: unknown): void {
    this.#stream.write(this.#frame(response));
  }

  end(): void {
    this.#stream.finish();
  }

  #runWith(request: unknown): void {
    if (this.#isStarted) return;
    this.request = request;
    this.#run();
  }

  #run(): void {
    this.#isStarted = true;
    this.#method.handler(this, (error, response) => {
      if (error === null) this.#stream.finish(this.#frame(response));
      else this.#fail(error.code ?? GrpcCode.INTERNAL, error.details ?? '');
    });
  }

  #frame(response: unknown): Buffer {
    return framed(this.#method.definition.responseSerialize(response));
  }

  #fail(code: number, details: string): void {
    this.#stream.failWith(code, details);
    this.#reader.stop();
  }
}
