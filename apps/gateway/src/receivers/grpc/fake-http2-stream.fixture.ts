import { EventEmitter } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';

/** Plays the server's side of an HTTP/2 stream; the test plays the client. */
export class FakeHttp2Stream extends EventEmitter {
  destroyed = false;
  closed = false;
  writableNeedDrain = false;
  isPaused = false;
  readonly written: Buffer[] = [];
  headers: Record<string, unknown> | undefined;
  trailers: Record<string, unknown> | undefined;

  get asStream(): ServerHttp2Stream {
    return this as unknown as ServerHttp2Stream;
  }

  /** Status of the call as the client sees it, once it has ended. */
  get status(): unknown {
    return this.trailers?.['grpc-status'] ?? this.headers?.['grpc-status'];
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  respond(headers: Record<string, unknown>): void {
    this.headers = headers;
  }

  write(chunk: Buffer): boolean {
    this.written.push(Buffer.from(chunk));
    return true;
  }

  end(chunk?: Buffer): void {
    if (chunk !== undefined) this.write(chunk);
    this.emit('wantTrailers');
  }

  sendTrailers(trailers: Record<string, unknown>): void {
    this.trailers = trailers;
  }

  /** The client has gone, or the call is over. */
  close(): void {
    this.closed = true;
    this.destroyed = true;
    this.emit('close');
  }
}
