import type { IncomingMessage, ServerResponse } from 'node:http';
import { decompressLz4Block, HerculesError } from '@hercules/protocol';
import type { AdmissionTicket, AdmissionWaiter } from '../../admission.ts';
import { apiKeyOf } from '../../authentication.ts';
import { asHerculesError, type BatchSubmission } from '../../batch-intake.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import type { StreamAccess, StreamRoute } from '../../stream-access.ts';
import { answerEmpty, answerError } from './answer.ts';
import { freeChunk } from './body-chunk.ts';
import type { HttpConnection } from './http-connection.ts';
import { originalLengthOf } from './lz4-body.ts';
import type { SendContext } from './send-context.ts';
import type { SendTarget } from './send-target.ts';

/** checking headers, waiting for permits, reading the body, submitted to the intake, answered or given up */
type Phase = 'checking' | 'waiting' | 'reading' | 'submitted' | 'done';

const NO_BYTES = Buffer.alloc(0);
/** How a request is counted whose client has gone before the answer; nobody sees it (apis §1). */
const CLIENT_GONE = 499;

/**
 * One POST of a batch, from its headers to its answer (apis §3). The checks come in the order of the table there. Permits are taken before
 * the body is read, so that what waits in memory stays bounded, and are given back after the answer, or after Kafka's acknowledgement when
 * the answer does not wait for it.
 */
export class SendExchange implements BatchSubmission, AdmissionWaiter {
  readonly #context: SendContext;
  readonly #connection: HttpConnection;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #isAsync: boolean;
  readonly #counters: MethodCounters;
  readonly #startedMs = performance.now();
  #expectsContinue: boolean;
  #route: StreamRoute | undefined;
  #permits = 0;
  #ticket: AdmissionTicket | undefined;
  #contentLength = 0;
  /** Declared length of the unpacked batch; -1 when the body is not packed. */
  #originalLength = -1;
  #body: Buffer = NO_BYTES;
  /** Bytes of the body copied so far; 0 also when the body came in one piece, which then is not ours to reuse. */
  #received = 0;
  #phase: Phase = 'checking';
  #isClientGone = false;

  constructor(
    context: SendContext,
    connection: HttpConnection,
    req: IncomingMessage,
    res: ServerResponse,
    isAsync: boolean,
    expectsContinue: boolean,
  ) {
    this.#context = context;
    this.#connection = connection;
    this.#req = req;
    this.#res = res;
    this.#isAsync = isAsync;
    this.#expectsContinue = expectsContinue;
    this.#counters = isAsync ? context.sendAsyncCounters : context.sendCounters;
    connection.begin(this);
  }

  get route(): StreamRoute {
    return this.#route!;
  }

  get batchLength(): number {
    return this.#originalLength >= 0 ? this.#originalLength : this.#contentLength;
  }

  get isAbandoned(): boolean {
    return this.#isClientGone;
  }

  /** Checks what the headers say, then asks for permits. */
  start(target: SendTarget): void {
    const refusal = this.#checkHeaders(target);
    if (refusal !== undefined) return this.#refuse(refusal);
    const { admission } = this.#context;
    if (admission.tryAcquire(this.#contentLength)) return this.onAdmitted();
    if (!admission.canEverAdmit(this.#contentLength)) return this.#refuse(this.#context.refusals.overCapacity);
    this.#phase = 'waiting';
    this.#ticket = admission.wait(this.#contentLength, this);
    if (this.#ticket === undefined) this.#refuse(this.#context.refusals.throttled);
  }

  /** Rows 1 to 7 of the table, and the state of the service before them. */
  #checkHeaders(target: SendTarget): HerculesError | undefined {
    const { lifecycle, access, refusals, maxContentLength } = this.#context;
    const { headers } = this.#req;
    if (lifecycle.state === 'STOPPING') return refusals.stopping;
    const key = access.key(apiKeyOf(headers.authorization, headers['apikey'] as string | undefined));
    if (key === undefined) return refusals.unknownKey;
    if (target.stream === undefined) return target.isStreamUnreadable ? refusals.unreadableStream : refusals.noStream;
    const stream: StreamAccess = key.stream(target.stream);
    if (stream.rightRefusal !== undefined) return stream.rightRefusal;
    const contentLength = headers['content-length'];
    if (contentLength === undefined) return refusals.noLength;
    this.#contentLength = Number(contentLength);
    if (this.#contentLength > maxContentLength) return refusals.tooLarge;
    this.#route = stream.route;
    return stream.streamRefusal;
  }

  /** The permits are ours: check the encoding, then read the body. */
  onAdmitted(): void {
    this.#ticket = undefined;
    this.#permits = this.#contentLength;
    const encoding = this.#req.headers['content-encoding'];
    if (encoding !== undefined) {
      try {
        this.#checkEncoding(encoding);
      } catch (error) {
        return this.#refuse(asHerculesError(error));
      }
    }
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      this.#res.writeContinue();
    }
    this.#phase = 'reading';
    if (this.#contentLength === 0) this.#submit();
    else this.#req.on('data', (chunk: Buffer) => this.#onBodyChunk(chunk));
  }

  onAdmissionTimeout(): void {
    this.#ticket = undefined;
    this.#refuse(this.#context.refusals.throttled);
  }

  #checkEncoding(encoding: string): void {
    if (encoding !== 'lz4') throw new HerculesError('UNSUPPORTED_ENCODING', 'The only supported Content-Encoding is lz4');
    const header = this.#req.headers['original-content-length'] as string | undefined;
    this.#originalLength = originalLengthOf(header, this.#context.originalLengthLimit);
  }

  /** A piece of the body; a body that comes in one piece is not copied. */
  #onBodyChunk(chunk: Buffer): void {
    if (this.#phase !== 'reading') return;
    if (chunk.length === this.#contentLength) {
      this.#body = chunk;
      return this.#submit();
    }
    if (this.#received === 0) this.#body = this.#context.buffers.take(this.#contentLength);
    this.#received += chunk.copy(this.#body, this.#received);
    freeChunk(chunk);
    if (this.#received === this.#contentLength) this.#submit();
  }

  #submit(): void {
    this.#phase = 'submitted';
    this.#counters.receivedBytes += this.#contentLength;
    this.#context.intake.submit(this);
  }

  takeBatch(): Buffer {
    const body = this.#body.length === this.#contentLength ? this.#body : this.#body.subarray(0, this.#contentLength);
    return this.#originalLength < 0 ? body : decompressLz4Block(body, this.#originalLength);
  }

  onAppended(): void {
    this.#dropBody();
    if (this.#isAsync) this.#answerOk();
  }

  onDelivered(error: HerculesError | undefined): void {
    if (!this.#isAsync) {
      if (error === undefined) this.#answerOk();
      else this.#refuse(error);
    }
    this.#releasePermits();
  }

  onRefused(error: HerculesError): void {
    this.#refuse(error);
  }

  /** The connection is closed. What the intake already has goes on there; everything else is given up. */
  onClientGone(): void {
    this.#isClientGone = true;
    if (this.#phase !== 'waiting' && this.#phase !== 'reading') return;
    if (this.#ticket !== undefined) this.#context.admission.cancel(this.#ticket);
    this.#dropBody();
    this.#finish(CLIENT_GONE);
    this.#releasePermits();
  }

  #answerOk(): void {
    this.#finish(200);
    if (!this.#isClientGone) answerEmpty(this.#res, 200);
  }

  #refuse(error: HerculesError): void {
    this.#dropBody();
    this.#counters.refused(error.code);
    this.#context.failures.refused(error);
    this.#finish(error.httpStatus);
    if (!this.#isClientGone) answerError(this.#res, error);
    this.#releasePermits();
  }

  #finish(status: number): void {
    this.#phase = 'done';
    this.#connection.end(this);
    this.#counters.answered(status, performance.now() - this.#startedMs);
    if (this.#context.lifecycle.state === 'STOPPING') this.#res.shouldKeepAlive = false;
  }

  #dropBody(): void {
    if (this.#received > 0) this.#context.buffers.give(this.#body);
    else freeChunk(this.#body);
    this.#body = NO_BYTES;
    this.#received = 0;
  }

  #releasePermits(): void {
    const permits = this.#permits;
    this.#permits = 0;
    if (permits > 0) this.#context.admission.release(permits);
  }
}
