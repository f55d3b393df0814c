import type { HerculesError } from '@hercules/protocol';
import { asHerculesError } from '../../batch-intake.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import type { KnownKey } from '../../stream-access.ts';
import type { ReceivedRequest } from '../door/received-request.ts';
import { Permits } from '../permits.ts';
import type { GrpcContext } from './grpc-context.ts';
import { framed } from './grpc-stream.ts';
import { decompressMessage, type MessageEncoding } from './message-encoding.ts';
import type { UnaryCall, UnaryMethod } from './unary-call.ts';

/** What a door does with a message. */
export interface MessageHandler {
  readonly counters: MethodCounters;
  /**
   * Resolves with the bytes of the answer when Kafka has acknowledged every event that was taken. Throws HerculesError for a request that is refused as a
   * whole; what else it throws becomes INTERNAL.
   */
  handle(request: ReceivedRequest): Promise<Buffer>;
}

const NO_BYTES = Buffer.alloc(0);

/** A method of another protocol over gRPC: unpacks the message, lets the door handle it, frames the answer. */
export class HandledMethod implements UnaryMethod {
  readonly counters: MethodCounters;
  readonly #context: GrpcContext;
  readonly #handler: MessageHandler;

  constructor(context: GrpcContext, handler: MessageHandler) {
    this.#context = context;
    this.#handler = handler;
    this.counters = handler.counters;
  }

  accept(
    call: UnaryCall,
    permits: number,
    buffer: Buffer,
    start: number,
    end: number,
    isPooled: boolean,
    encoding: MessageEncoding | undefined,
  ): void {
    const request = new HandledRequest(this.#context, call, permits);
    // What is thrown before the handler's promise exists becomes a rejection as well.
    const run = async (): Promise<Buffer> => {
      request.load(buffer, start, end, isPooled, encoding);
      return this.#handler.handle(request);
    };
    run().then(
      (answer) => request.succeed(answer),
      (error: unknown) => request.fail(error),
    );
  }
}

class HandledRequest implements ReceivedRequest {
  readonly #context: GrpcContext;
  readonly #call: UnaryCall;
  readonly #permits: Permits;
  #key: KnownKey | undefined;
  #body: Buffer = NO_BYTES;
  #pooled: Buffer | undefined;

  constructor(context: GrpcContext, call: UnaryCall, permits: number) {
    this.#context = context;
    this.#call = call;
    this.#permits = new Permits(context.admission, context.refusals.throttled, permits);
  }

  get key(): KnownKey {
    return this.#key!;
  }

  get body(): Buffer {
    return this.#body;
  }

  get isAbandoned(): boolean {
    return this.#call.isClosed;
  }

  admit(bytes: number): void {
    this.#permits.take(bytes);
  }

  /** Finds the key and unpacks the message. The key may have been taken away since the call began. */
  load(buffer: Buffer, start: number, end: number, isPooled: boolean, encoding: MessageEncoding | undefined): void {
    const { access, lifecycle, maxMessageBytes, refusals } = this.#context;
    if (isPooled) this.#pooled = buffer;
    if (lifecycle.state === 'STOPPING') throw refusals.stopping;
    this.#key = access.key(this.#call.apiKey);
    if (this.#key === undefined) throw refusals.unknownKey;
    this.#body = buffer.subarray(start, end);
    if (encoding === undefined) return;
    this.#body = decompressMessage(this.#body, encoding, maxMessageBytes);
    this.#giveBack();
    this.admit(this.#body.length - (end - start));
  }

  succeed(answer: Buffer): void {
    this.#release();
    this.#call.succeed(framed(answer));
  }

  fail(error: unknown): void {
    this.#release();
    const refusal: HerculesError = asHerculesError(error);
    this.#context.failures.refused(refusal);
    this.#call.fail(refusal);
  }

  dropBody(): void {
    this.#giveBack();
    this.#body = NO_BYTES;
  }

  #release(): void {
    this.dropBody();
    this.#permits.release();
  }

  #giveBack(): void {
    if (this.#pooled !== undefined) this.#context.buffers.give(this.#pooled);
    this.#pooled = undefined;
  }
}
