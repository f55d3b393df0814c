import type { HerculesError } from '@hercules/protocol';
import type { BatchSubmission } from '../../batch-intake.ts';
import type { KnownKey, StreamRoute } from '../../stream-access.ts';
import { Permits } from '../permits.ts';
import type { GrpcContext } from './grpc-context.ts';
import { decompressMessage, type MessageEncoding } from './message-encoding.ts';
import type { SendRequestReader } from './send-request.ts';

const NO_BYTES = Buffer.alloc(0);

/**
 * One received request of either method with what it holds: permits and the buffer in which its batch lies. Subclasses say how the answer
 * gets to the client.
 */
export abstract class GrpcSubmission implements BatchSubmission {
  readonly startedMs = performance.now();
  protected readonly context: GrpcContext;
  protected isAsync = false;
  #route: StreamRoute | undefined;
  readonly #permits: Permits;
  #message: Buffer = NO_BYTES;
  #isPooled = false;
  #batch: Buffer = NO_BYTES;

  /** @param permits bytes already taken from the admission for this message */
  constructor(context: GrpcContext, permits: number) {
    this.context = context;
    this.#permits = new Permits(context.admission, context.refusals.throttled, permits);
  }

  abstract get isAbandoned(): boolean;
  abstract onAppended(accepted: number, filtered: number): void;
  abstract onDelivered(error: HerculesError | undefined): void;
  abstract onRefused(error: HerculesError): void;

  get route(): StreamRoute {
    return this.#route!;
  }

  get batchLength(): number {
    return this.#batch.length;
  }

  takeBatch(): Buffer {
    return this.#batch;
  }

  /**
   * Reads the message at [start, end) and finds its stream and its batch. Throws HerculesError; the message is kept until {@link dropMessage}
   * in any case, because it may lie in a pooled buffer.
   */
  protected load(
    buffer: Buffer,
    start: number,
    end: number,
    isPooled: boolean,
    encoding: MessageEncoding | undefined,
    apiKey: string | undefined,
  ): void {
    this.#message = buffer;
    this.#isPooled = isPooled;
    if (encoding === undefined) {
      this.readMessage(this.context.requests, buffer, start, end);
    } else {
      const unpacked = decompressMessage(buffer.subarray(start, end), encoding, this.context.maxMessageBytes);
      this.#permits.take(unpacked.length - (end - start));
      this.dropMessage();
      this.#message = unpacked;
      this.readMessage(this.context.requests, unpacked, 0, unpacked.length);
    }
    this.#findStream(this.context.access.key(apiKey));
    this.#findBatch();
  }

  /** Lets the shared reader read this kind of message. */
  protected abstract readMessage(requests: SendRequestReader, buffer: Buffer, start: number, end: number): void;

  /** The bytes of the message are not needed any more. */
  protected dropMessage(): void {
    if (this.#isPooled) this.context.buffers.give(this.#message);
    this.#isPooled = false;
    this.#message = NO_BYTES;
    this.#batch = NO_BYTES;
  }

  protected releasePermits(): void {
    this.#permits.release();
  }

  #findStream(key: KnownKey | undefined): void {
    const { lifecycle, refusals, requests } = this.context;
    if (lifecycle.state === 'STOPPING') throw refusals.stopping;
    if (key === undefined) throw refusals.unknownKey;
    if (requests.stream === '') throw refusals.noStream;
    const access = key.stream(requests.stream);
    const refusal = access.rightRefusal ?? access.streamRefusal;
    if (refusal !== undefined) throw refusal;
    this.#route = access.route;
  }

  #findBatch(): void {
    const { events, refusals, requests } = this.context;
    this.isAsync = requests.isAsync;
    switch (requests.payload) {
      case 'none':
        throw refusals.noPayload;
      case 'batch':
        this.#batch = this.#message.subarray(requests.payloadStart, requests.payloadEnd);
        return;
      case 'events': {
        const batch = events.encode(this.#message, requests.payloadStart, requests.payloadEnd);
        this.#permits.take(batch.length - (requests.payloadEnd - requests.payloadStart));
        this.dropMessage();
        this.#batch = batch;
      }
    }
  }
}
