import type { HerculesError } from '@hercules/protocol';
import type { AdmissionTicket, AdmissionWaiter } from '../../admission.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import type { GrpcContext } from './grpc-context.ts';
import { GrpcCode } from './grpc-status.ts';
import type { GrpcStream } from './grpc-stream.ts';
import type { MessageEncoding } from './message-encoding.ts';
import { MessageReader, type Decision, type MessageOwner } from './message-reader.ts';

/** A method that takes one message and gives one answer. */
export interface UnaryMethod {
  readonly counters: MethodCounters;
  /**
   * Takes the message at [start, end) and, some time, tells the call how it ended. The permits, as many as the message has bytes, and the buffer, if
   * it is pooled, are the method's to give back.
   * @param encoding how the message is packed; undefined if it is not
   */
  accept(
    call: UnaryCall,
    permits: number,
    buffer: Buffer,
    start: number,
    end: number,
    isPooled: boolean,
    encoding: MessageEncoding | undefined,
  ): void;
}

/** How a call is counted whose client has gone: google.rpc.Code CANCELLED. */
const CANCELLED = 1;

/** One call of a method with one message and one answer. The key is looked at before anything of the message is read. */
export class UnaryCall implements MessageOwner, AdmissionWaiter {
  readonly apiKey: string | undefined;
  readonly #context: GrpcContext;
  readonly #method: UnaryMethod;
  readonly #stream: GrpcStream;
  readonly #reader: MessageReader;
  readonly #encoding: MessageEncoding;
  readonly #startedMs = performance.now();
  #ticket: AdmissionTicket | undefined;
  #messageLength = -1;
  /** Permits for the message that is being read; they pass to its submission. */
  #permits = 0;
  #hasMessage = false;
  #isHalfClosed = false;
  #isDone = false;

  constructor(context: GrpcContext, method: UnaryMethod, stream: GrpcStream, apiKey: string | undefined, encoding: MessageEncoding) {
    this.#context = context;
    this.#method = method;
    this.#stream = stream;
    this.apiKey = apiKey;
    this.#encoding = encoding;
    this.#reader = new MessageReader(this, stream.http2, context.buffers);
  }

  /** True when the client cannot be answered any more. */
  get isClosed(): boolean {
    return this.#stream.isClosed;
  }

  start(): void {
    const { lifecycle, access, refusals } = this.#context;
    if (lifecycle.state === 'STOPPING') return this.fail(refusals.stopping);
    if (access.key(this.apiKey) === undefined) return this.fail(refusals.unknownKey);
    const { http2 } = this.#stream;
    http2.on('data', (chunk: Buffer) => this.#reader.push(chunk));
    http2.on('end', () => this.#onEnd());
    http2.on('close', () => this.#onClose());
  }

  onMessageStart(length: number): Decision {
    const { admission, maxMessageBytes, refusals } = this.#context;
    if (this.#messageLength >= 0) return this.#refuseStart(GrpcCode.UNIMPLEMENTED, 'This method takes exactly one message');
    this.#messageLength = length;
    if (length > maxMessageBytes) return this.#failStart(refusals.tooLarge);
    if (!admission.canEverAdmit(length)) return this.#failStart(refusals.overCapacity);
    if (admission.tryAcquire(length)) {
      this.#permits = length;
      return 'read';
    }
    this.#ticket = admission.wait(length, this);
    return this.#ticket === undefined ? this.#failStart(refusals.throttled) : 'wait';
  }

  onAdmitted(): void {
    this.#ticket = undefined;
    this.#permits = this.#messageLength;
    this.#reader.proceed('read');
    if (this.#isHalfClosed) this.#onEnd();
  }

  onAdmissionTimeout(): void {
    this.#ticket = undefined;
    this.fail(this.#context.refusals.throttled);
    this.#reader.stop();
  }

  onMessage(buffer: Buffer, start: number, end: number, isCompressed: boolean, isPooled: boolean): void {
    this.#hasMessage = true;
    this.#method.counters.receivedBytes += end - start;
    const permits = this.#permits;
    this.#permits = 0;
    this.#method.accept(this, permits, buffer, start, end, isPooled, isCompressed ? this.#encoding : undefined);
  }

  onSkipped(): void {
    // Whoever decides to drop a message has ended the call already.
  }

  /** Ends the call with the answer. */
  succeed(framedResponse: Buffer): void {
    if (this.#isDone) return;
    this.#count(GrpcCode.OK);
    this.#stream.finish(framedResponse);
  }

  fail(error: HerculesError): void {
    if (this.#isDone) return;
    this.#method.counters.refused(error.code);
    this.#count(error.grpcCode);
    this.#stream.fail(error);
  }

  #failStart(error: HerculesError): Decision {
    this.fail(error);
    this.#reader.stop();
    return 'skip';
  }

  #refuseStart(code: number, message: string): Decision {
    if (!this.#isDone) this.#count(code);
    this.#stream.failWith(code, message);
    this.#reader.stop();
    return 'skip';
  }

  /** The client sends no more. Node says so even while the stream is paused, so a message that waits for permits comes after it. */
  #onEnd(): void {
    this.#isHalfClosed = true;
    if (this.#hasMessage || this.#isDone || this.#reader.isHeld) return;
    this.#refuseStart(GrpcCode.INTERNAL, 'The call ended without a whole message');
  }

  /** The stream is closed: after an answer, or because the client has gone; then what was not handed over is given up. */
  #onClose(): void {
    if (this.#ticket !== undefined) this.#context.admission.cancel(this.#ticket);
    this.#ticket = undefined;
    if (!this.#isDone) this.#count(CANCELLED);
    if (!this.#hasMessage) this.#reader.stop();
    if (this.#permits > 0) this.#context.admission.release(this.#permits);
    this.#permits = 0;
  }

  #count(code: number): void {
    this.#isDone = true;
    this.#method.counters.answered(code, performance.now() - this.#startedMs);
  }
}
