import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { HerculesError } from '@hercules/protocol';
import type { AdmissionTicket, AdmissionWaiter } from '../../admission.ts';
import { doorApiKeyOf } from '../../authentication.ts';
import { asHerculesError } from '../../batch-intake.ts';
import type { KnownKey } from '../../stream-access.ts';
import { freeChunk } from '../http/body-chunk.ts';
import type { HttpConnection, OpenExchange } from '../http/http-connection.ts';
import { Permits } from '../permits.ts';
import { unpackBody } from './content-encoding.ts';
import type { DoorContext } from './door-context.ts';
import type { DoorAnswer, DoorRequest, HttpDoorRoute } from './http-door.ts';

/** checking headers, waiting for permits, reading the body, in the hands of the route, answered or given up */
type Phase = 'checking' | 'waiting' | 'reading' | 'handled' | 'done';

const NO_BYTES = Buffer.alloc(0);
/** How a request is counted whose client has gone before the answer; nobody sees it. */
const CLIENT_GONE = 499;
const NO_CONTENT = 204;
/** Content-Length is not there: the body comes in chunks and its length is known at its end. */
const UNKNOWN_LENGTH = -1;

/**
 * One request of a door, from its headers to its answer: who sends, permits, body, unpacking; then the route has it. Permits for a body of known length are
 * taken before it is read; for one in chunks they are taken chunk by chunk, and there is no wait, because memory is held already.
 */
export class DoorExchange implements AdmissionWaiter, OpenExchange, DoorRequest {
  readonly path: string;
  readonly #context: DoorContext;
  readonly #route: HttpDoorRoute;
  readonly #connection: HttpConnection;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #query: string;
  readonly #startedMs = performance.now();
  #expectsContinue: boolean;
  #key: KnownKey | undefined;
  readonly #permits: Permits;
  #ticket: AdmissionTicket | undefined;
  #contentLength = UNKNOWN_LENGTH;
  /** In the pool's memory, unless it came in one piece or was unpacked. */
  #body: Buffer = NO_BYTES;
  #pooled: Buffer | undefined;
  #received = 0;
  #phase: Phase = 'checking';
  #isClientGone = false;

  /** @param query raw, without the question mark */
  constructor(
    context: DoorContext,
    route: HttpDoorRoute,
    connection: HttpConnection,
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    query: string,
    expectsContinue: boolean,
  ) {
    this.#context = context;
    this.#permits = new Permits(context.admission, context.refusals.throttled, 0);
    this.#route = route;
    this.#connection = connection;
    this.#req = req;
    this.#res = res;
    this.path = path;
    this.#query = query;
    this.#expectsContinue = expectsContinue;
    connection.begin(this);
  }

  get key(): KnownKey {
    return this.#key!;
  }

  get method(): string {
    return this.#req.method!;
  }

  get headers(): IncomingHttpHeaders {
    return this.#req.headers;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#query);
  }

  get body(): Buffer {
    return this.#body;
  }

  get isAbandoned(): boolean {
    return this.#isClientGone;
  }

  admit(bytes: number): void {
    this.#permits.take(bytes);
  }

  /** Checks what the headers say, then asks for permits. */
  start(): void {
    if (this.#context.lifecycle.state === 'STOPPING') return this.#refuse(this.#context.refusals.stopping);
    if (this.#route.isOpen === true) return this.#handle();
    const refusal = this.#checkHeaders();
    if (refusal !== undefined) return this.#refuse(refusal);
    if (this.#contentLength === UNKNOWN_LENGTH) return this.#read();
    const { admission, refusals } = this.#context;
    if (admission.tryAcquire(this.#contentLength)) return this.onAdmitted();
    if (!admission.canEverAdmit(this.#contentLength)) return this.#refuse(refusals.overCapacity);
    this.#phase = 'waiting';
    this.#ticket = admission.wait(this.#contentLength, this);
    if (this.#ticket === undefined) this.#refuse(refusals.throttled);
  }

  onAdmitted(): void {
    this.#ticket = undefined;
    this.#permits.adopt(this.#contentLength);
    this.#read();
  }

  onAdmissionTimeout(): void {
    this.#ticket = undefined;
    this.#refuse(this.#context.refusals.throttled);
  }

  /** The connection is closed. What the route has goes on there; everything else is given up. */
  onClientGone(): void {
    this.#isClientGone = true;
    if (this.#phase !== 'waiting' && this.#phase !== 'reading') return;
    if (this.#ticket !== undefined) this.#context.admission.cancel(this.#ticket);
    this.#finish(CLIENT_GONE);
  }

  #checkHeaders(): HerculesError | undefined {
    const { access, anonymousKey, maxContentLength, refusals } = this.#context;
    const { headers } = this.#req;
    this.#key = access.key(doorApiKeyOf(headers.authorization, headers['apikey'] as string | undefined) ?? anonymousKey);
    if (this.#key === undefined) return refusals.unknownKey;
    const contentLength = headers['content-length'];
    if (contentLength !== undefined) this.#contentLength = Number(contentLength);
    else if (headers['transfer-encoding'] === undefined) this.#contentLength = 0;
    return this.#contentLength > maxContentLength ? refusals.tooLarge : undefined;
  }

  #read(): void {
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      this.#res.writeContinue();
    }
    this.#phase = 'reading';
    if (this.#contentLength === 0) return this.#handle();
    this.#req.on('data', (chunk: Buffer) => this.#onBodyChunk(chunk));
    this.#req.on('end', () => this.#onBodyEnd());
  }

  #onBodyChunk(chunk: Buffer): void {
    if (this.#phase !== 'reading') return;
    if (chunk.length === this.#contentLength) {
      this.#body = chunk;
      this.#received = chunk.length;
      return;
    }
    const needed = this.#received + chunk.length;
    if (this.#contentLength === UNKNOWN_LENGTH) {
      const { admission, maxContentLength, refusals } = this.#context;
      if (needed > maxContentLength) return this.#refuse(refusals.tooLarge);
      if (!admission.tryAcquire(chunk.length)) return this.#refuse(refusals.throttled);
      this.#permits.adopt(chunk.length);
    }
    this.#reserve(Math.max(needed, this.#contentLength));
    chunk.copy(this.#pooled!, this.#received);
    this.#received = needed;
    freeChunk(chunk);
  }

  #reserve(bytes: number): void {
    const { buffers } = this.#context;
    const old = this.#pooled;
    if (old !== undefined && old.length >= bytes) return;
    this.#pooled = buffers.take(bytes);
    if (old === undefined) return;
    old.copy(this.#pooled, 0, 0, this.#received);
    buffers.give(old);
  }

  #onBodyEnd(): void {
    if (this.#phase !== 'reading') return;
    if (this.#pooled !== undefined) this.#body = this.#pooled.subarray(0, this.#received);
    this.#handle();
  }

  #handle(): void {
    this.#phase = 'handled';
    this.#route.counters.receivedBytes += this.#received;
    this.#run().then(
      (answer) => this.#answer(answer),
      (error: unknown) => this.#refuse(asHerculesError(error)),
    );
  }

  /** Turns what is thrown before the route's promise exists into a rejection. */
  async #run(): Promise<DoorAnswer> {
    if (this.#route.takesPacked !== true) this.#unpack();
    return this.#route.handle(this);
  }

  #unpack(): void {
    const packed = this.#body;
    const body = unpackBody(packed, this.#req.headers['content-encoding'], this.#context.maxUnpackedBytes);
    if (body === packed) return;
    this.dropBody();
    this.#body = body;
    this.admit(body.length - packed.length);
  }

  #refuse(error: HerculesError): void {
    this.#route.counters.refused(error.code);
    this.#context.failures.refused(error);
    // The rest of the body is not wanted, and nobody knows how long it is.
    if (this.#phase === 'reading') this.#res.shouldKeepAlive = false;
    this.#answer(this.#route.refuse(error, this.#req.headers));
  }

  #answer({ status, contentType, body, headers }: DoorAnswer): void {
    this.#finish(status);
    if (this.#isClientGone) return;
    const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : (body ?? NO_BYTES);
    this.#res.writeHead(status, {
      ...headers,
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      // An answer without content must not have one (RFC 9110 §8.6).
      ...(status === NO_CONTENT ? {} : { 'Content-Length': bytes.length }),
    });
    this.#res.end(bytes);
  }

  #finish(status: number): void {
    this.#phase = 'done';
    this.dropBody();
    this.#connection.end(this);
    this.#route.counters.answered(status, performance.now() - this.#startedMs);
    if (this.#context.lifecycle.state === 'STOPPING') this.#res.shouldKeepAlive = false;
    this.#permits.release();
  }

  dropBody(): void {
    if (this.#pooled !== undefined) this.#context.buffers.give(this.#pooled);
    this.#pooled = undefined;
    this.#body = NO_BYTES;
  }
}
