import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { HerculesError } from '@hercules/protocol';
import { retryAfterMs } from '../../retry-after.ts';
import { encodeGrpcMessage, GrpcCode, hasRetryInfo, statusDetails } from './grpc-status.ts';

const { HTTP2_HEADER_STATUS, HTTP2_HEADER_CONTENT_TYPE } = constants;

const CONTENT_TYPE = 'application/grpc+proto';
const ACCEPTED_ENCODINGS = 'identity,gzip,deflate';
const RESPONSE_HEADERS = {
  [HTTP2_HEADER_STATUS]: 200,
  [HTTP2_HEADER_CONTENT_TYPE]: CONTENT_TYPE,
  'grpc-accept-encoding': ACCEPTED_ENCODINGS,
};
const WAIT_FOR_TRAILERS = { waitForTrailers: true };
const END_STREAM = { endStream: true };

/** True for a request that speaks gRPC. */
export function isGrpc(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/grpc') ?? false;
}

const PREFIX_BYTES = 5;

/** A message with its prefix: not compressed, and its length. */
export function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}

/**
 * The answering half of a call: headers before the first message, messages, and one status at the end (gRPC over HTTP/2). Everything is
 * ignored once the client has gone.
 */
export class GrpcStream {
  readonly http2: ServerHttp2Stream;
  #areHeadersSent = false;
  #isFinished = false;

  constructor(http2: ServerHttp2Stream) {
    this.http2 = http2;
  }

  /** True when nothing can be sent any more. */
  get isClosed(): boolean {
    return this.#isFinished || this.http2.destroyed || this.http2.closed;
  }

  /** Writes messages that carry their 5-byte prefixes already. */
  write(framed: Buffer): void {
    if (this.isClosed) return;
    this.sendHeaders();
    this.http2.write(framed);
  }

  /** Sends the response headers now, so that the client knows that the call is accepted. */
  sendHeaders(): void {
    if (this.#areHeadersSent || this.isClosed) return;
    this.#areHeadersSent = true;
    this.http2.respond(RESPONSE_HEADERS, WAIT_FOR_TRAILERS);
  }

  /** Writes the last messages and ends the call with status OK. */
  finish(framed?: Buffer): void {
    if (this.isClosed) return;
    this.sendHeaders();
    this.#isFinished = true;
    this.http2.once('wantTrailers', () => this.#sendTrailers({ 'grpc-status': GrpcCode.OK }));
    if (framed === undefined) this.http2.end();
    else this.http2.end(framed);
  }

  /** Ends the call with an error; what the client still sends is dropped. */
  fail(error: HerculesError): void {
    this.failWith(error.grpcCode, error.message, hasRetryInfo(error) ? retryAfterMs(error) : undefined);
  }

  failWith(code: number, message: string, retryAfterMs?: number): void {
    if (this.isClosed) return;
    this.#isFinished = true;
    const trailers: OutgoingHttpHeaders = { 'grpc-status': code, 'grpc-message': encodeGrpcMessage(message) };
    if (retryAfterMs !== undefined) trailers['grpc-status-details-bin'] = statusDetails(code, message, retryAfterMs);
    if (this.#areHeadersSent) {
      this.http2.once('wantTrailers', () => this.#sendTrailers(trailers));
      this.http2.end();
    } else {
      this.http2.respond({ ...RESPONSE_HEADERS, ...trailers }, END_STREAM);
    }
    this.http2.resume();
  }

  #sendTrailers(trailers: OutgoingHttpHeaders): void {
    // The client may have reset the stream between the last byte and now.
    if (!this.http2.destroyed && !this.http2.closed) this.http2.sendTrailers(trailers);
  }
}
