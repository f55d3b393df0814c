import type { HerculesError } from '@hercules/protocol';
import type { AdmissionTicket, AdmissionWaiter } from '../../admission.ts';
import { asHerculesError } from '../../batch-intake.ts';
import { retryAfterMs } from '../../retry-after.ts';
import type { GrpcContext } from './grpc-context.ts';
import { GrpcCode, hasRetryInfo } from './grpc-status.ts';
import type { GrpcStream } from './grpc-stream.ts';
import { GrpcSubmission } from './grpc-submission.ts';
import type { MessageEncoding } from './message-encoding.ts';
import { MessageReader, type Decision, type MessageOwner } from './message-reader.ts';
import { SendResponses } from './send-responses.ts';
import type { SendRequestReader } from './send-request.ts';

/**
 * One call of `SendStream`: every message is answered once by its sequence number, in the order in which Kafka acknowledges (grpc.md). What
 * is unacknowledged is bounded in bytes and messages; past the bound, or while the client does not read its answers, nothing more is read
 * and HTTP/2 flow control holds the client up.
 */
export class SendStreamCall implements MessageOwner, AdmissionWaiter {
  readonly #context: GrpcContext;
  readonly #stream: GrpcStream;
  readonly #reader: MessageReader;
  readonly #responses = new SendResponses();
  readonly apiKey: string | undefined;
  readonly encoding: MessageEncoding;
  #ticket: AdmissionTicket | undefined;
  /** Length of the message that waits for the bounds or for permits; -1 if none does. */
  #heldLength = -1;
  /** Permits for the message that is being read; they pass to its submission. */
  #permits = 0;
  /** Why the message that is being dropped was refused. */
  #skipReason: HerculesError | undefined;
  #unacknowledgedBytes = 0;
  #unacknowledgedMessages = 0;
  #isHalfClosed = false;
  #isDraining = false;
  #isEnded = false;
  #isFlushScheduled = false;

  constructor(context: GrpcContext, stream: GrpcStream, apiKey: string | undefined, encoding: MessageEncoding) {
    this.#context = context;
    this.#stream = stream;
    this.apiKey = apiKey;
    this.encoding = encoding;
    this.#reader = new MessageReader(this, stream.http2, context.buffers);
  }

  /** True when the client cannot be answered any more. */
  get isClosed(): boolean {
    return this.#stream.isClosed;
  }

  start(): void {
    const { lifecycle, access, refusals } = this.#context;
    if (lifecycle.state === 'STOPPING') return this.#fail(refusals.stopping);
    if (access.key(this.apiKey) === undefined) return this.#fail(refusals.unknownKey);
    const { http2 } = this.#stream;
    http2.on('data', (chunk: Buffer) => this.#reader.push(chunk));
    http2.on('end', () => this.#onEnd());
    http2.on('close', () => this.#onClose());
    http2.on('drain', () => this.#tryHeld());
    this.#stream.sendHeaders();
  }

  /** Takes no more messages; ends the call when all that was taken is answered. */
  drain(): void {
    if (this.#isEnded || this.#isDraining) return;
    this.#isDraining = true;
    this.#stopReading();
    this.#endIfDone();
  }

  onMessageStart(length: number): Decision {
    if (length > this.#context.maxMessageBytes) {
      this.#fail(this.#context.refusals.tooLarge);
      return 'skip';
    }
    if (this.#fits(length)) return this.#admit(length);
    this.#heldLength = length;
    return 'wait';
  }

  onAdmitted(): void {
    this.#ticket = undefined;
    this.#permits = this.#heldLength;
    this.#heldLength = -1;
    this.#proceed('read');
  }

  onAdmissionTimeout(): void {
    this.#ticket = undefined;
    this.#heldLength = -1;
    this.#skipReason = this.#context.refusals.throttled;
    this.#proceed('skip');
  }

  onMessage(buffer: Buffer, start: number, end: number, isCompressed: boolean, isPooled: boolean): void {
    const length = end - start;
    this.#context.streamCounters.receivedBytes += length;
    this.#unacknowledgedBytes += length;
    this.#unacknowledgedMessages++;
    const permits = this.#permits;
    this.#permits = 0;
    new StreamedSubmission(this.#context, permits, this, length).accept(buffer, start, end, isPooled, isCompressed);
  }

  onSkipped(head: Buffer): void {
    if (this.#isEnded) return;
    const reason = this.#skipReason ?? this.#context.refusals.throttled;
    const { requests } = this.#context;
    // Encoders write fields in the order of their numbers, so the sequence number comes first. Without it no answer could be understood.
    if (!requests.readLeadingSequence(head)) return this.#fail(reason);
    this.#countRefused(reason, performance.now());
    this.#responses.addRefusal(requests.sequenceLow, requests.sequenceHigh, reason.grpcCode, reason.message, retryAfterMs(reason));
    this.#scheduleFlush();
  }

  /** A message is taken: by Kafka, or by the gateway if it asked for no more. */
  acknowledge(sequenceLow: number, sequenceHigh: number, accepted: number, filtered: number, startedMs: number): void {
    this.#context.streamCounters.answered(GrpcCode.OK, performance.now() - startedMs);
    if (this.isClosed) return;
    this.#responses.addAcknowledgement(sequenceLow, sequenceHigh, accepted, filtered);
    this.#scheduleFlush();
  }

  /** A message is refused; the call goes on. */
  refuse(sequenceLow: number, sequenceHigh: number, error: HerculesError, startedMs: number): void {
    this.#countRefused(error, startedMs);
    if (this.isClosed) return;
    const waitMs = hasRetryInfo(error) ? retryAfterMs(error) : 0;
    this.#responses.addRefusal(sequenceLow, sequenceHigh, error.grpcCode, error.message, waitMs);
    this.#scheduleFlush();
  }

  /** A message of this many bytes holds nothing any more. */
  settled(length: number): void {
    this.#unacknowledgedBytes -= length;
    this.#unacknowledgedMessages--;
    this.#tryHeld();
    if (this.#isHalfClosed || this.#isDraining) this.#endIfDone();
  }

  #fits(length: number): boolean {
    if (this.#stream.http2.writableNeedDrain) return false;
    if (this.#unacknowledgedMessages === 0) return true;
    const { maxUnacknowledgedBytes, maxUnacknowledgedMessages } = this.#context;
    return this.#unacknowledgedMessages < maxUnacknowledgedMessages && this.#unacknowledgedBytes + length <= maxUnacknowledgedBytes;
  }

  #admit(length: number): Decision {
    const { admission, refusals } = this.#context;
    if (admission.tryAcquire(length)) {
      this.#permits = length;
      return 'read';
    }
    if (!admission.canEverAdmit(length)) {
      this.#skipReason = refusals.overCapacity;
      return 'skip';
    }
    this.#ticket = admission.wait(length, this);
    if (this.#ticket === undefined) {
      this.#skipReason = refusals.throttled;
      return 'skip';
    }
    this.#heldLength = length;
    return 'wait';
  }

  #tryHeld(): void {
    const length = this.#heldLength;
    if (length < 0 || this.#ticket !== undefined || !this.#fits(length)) return;
    this.#heldLength = -1;
    const decision = this.#admit(length);
    if (decision !== 'wait') this.#proceed(decision);
  }

  #proceed(decision: 'read' | 'skip'): void {
    this.#reader.proceed(decision);
    if (this.#isHalfClosed) this.#endIfDone();
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    if (this.#isEnded || this.#responses.isEmpty) return;
    this.#stream.write(this.#responses.take());
  }

  /** The client sends no more. Node says so even while the stream is paused, so what is held comes after it. */
  #onEnd(): void {
    this.#isHalfClosed = true;
    this.#endIfDone();
  }

  /** Ends the call if nothing is to come any more: no message that waits, none without its answer. */
  #endIfDone(): void {
    if (this.#isEnded || this.#reader.isHeld || this.#unacknowledgedMessages > 0) return;
    if (this.#isDraining) {
      this.#flush();
      this.#isEnded = true;
      return this.#stream.fail(this.#context.refusals.stopping);
    }
    if (!this.#reader.isAtBoundary) return this.#failWith(GrpcCode.INTERNAL, 'The call ended within a message');
    this.#isEnded = true;
    this.#stream.finish(this.#responses.isEmpty ? undefined : this.#responses.take());
  }

  #onClose(): void {
    this.#isEnded = true;
    this.#stopReading();
  }

  /** Gives up the message that is being read or waits. */
  #stopReading(): void {
    if (this.#ticket !== undefined) this.#context.admission.cancel(this.#ticket);
    this.#ticket = undefined;
    this.#heldLength = -1;
    if (this.#permits > 0) this.#context.admission.release(this.#permits);
    this.#permits = 0;
    this.#reader.stop();
  }

  #fail(error: HerculesError): void {
    this.#countRefused(error, performance.now());
    this.#isEnded = true;
    this.#stopReading();
    this.#stream.fail(error);
  }

  #failWith(code: number, message: string): void {
    this.#isEnded = true;
    this.#stopReading();
    this.#stream.failWith(code, message);
  }

  #countRefused(error: HerculesError, startedMs: number): void {
    const { streamCounters } = this.#context;
    streamCounters.refused(error.code);
    streamCounters.answered(error.grpcCode, performance.now() - startedMs);
  }
}

class StreamedSubmission extends GrpcSubmission {
  readonly #call: SendStreamCall;
  readonly #length: number;
  #sequenceLow = 0;
  #sequenceHigh = 0;
  #accepted = 0;
  #filtered = 0;

  constructor(context: GrpcContext, permits: number, call: SendStreamCall, length: number) {
    super(context, permits);
    this.#call = call;
    this.#length = length;
  }

  accept(buffer: Buffer, start: number, end: number, isPooled: boolean, isCompressed: boolean): void {
    const { apiKey, encoding } = this.#call;
    try {
      this.load(buffer, start, end, isPooled, isCompressed ? encoding : undefined, apiKey);
    } catch (error) {
      return this.onRefused(asHerculesError(error));
    }
    this.context.intake.submit(this);
  }

  get isAbandoned(): boolean {
    return this.#call.isClosed;
  }

  onAppended(accepted: number, filtered: number): void {
    this.dropMessage();
    this.#accepted = accepted;
    this.#filtered = filtered;
    if (this.isAsync) this.#acknowledge();
  }

  onDelivered(error: HerculesError | undefined): void {
    if (!this.isAsync) {
      if (error === undefined) this.#acknowledge();
      else this.#call.refuse(this.#sequenceLow, this.#sequenceHigh, error, this.startedMs);
    }
    this.#settle();
  }

  onRefused(error: HerculesError): void {
    this.dropMessage();
    this.context.failures.refused(error);
    this.#call.refuse(this.#sequenceLow, this.#sequenceHigh, error, this.startedMs);
    this.#settle();
  }

  protected override readMessage(requests: SendRequestReader, buffer: Buffer, start: number, end: number): void {
    try {
      requests.readStreamed(buffer, start, end);
    } finally {
      this.#sequenceLow = requests.sequenceLow;
      this.#sequenceHigh = requests.sequenceHigh;
    }
  }

  #acknowledge(): void {
    this.#call.acknowledge(this.#sequenceLow, this.#sequenceHigh, this.#accepted, this.#filtered, this.startedMs);
  }

  #settle(): void {
    this.releasePermits();
    this.#call.settled(this.#length);
  }
}
