import type { ServerResponse } from 'node:http';
import type { EventFilter } from '@hercules/metadata';

/** Somebody who follows a stream by server-sent events. What comes while too much waits for him is dropped and counted. */
export class TailClient {
  readonly filter: EventFilter;
  /** Throws when he may not read the stream any more. */
  readonly checkRight: () => void;
  readonly #response: ServerResponse;
  readonly #bufferBytes: number;
  #droppedNow = 0;
  /** All that he has missed. */
  dropped = 0;

  constructor(response: ServerResponse, filter: EventFilter, checkRight: () => void, bufferBytes: number) {
    this.#response = response;
    this.filter = filter;
    this.checkRight = checkRight;
    this.#bufferBytes = bufferBytes;
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    response.write(': following\n\n');
  }

  /** @param document one line of JSON */
  send(document: Buffer): void {
    if (this.#isOver) return;
    if (this.#response.writableLength + document.length > this.#bufferBytes) {
      this.#droppedNow++;
      this.dropped++;
      return;
    }
    this.#tellDropped();
    this.#response.write(Buffer.concat([DATA, document, END]));
  }

  /** A comment that keeps the connection open, and a chance to tell what was dropped. */
  beat(): void {
    if (this.#isOver || this.#response.writableLength > 0) return;
    this.#tellDropped();
    this.#response.write(': alive\n\n');
  }

  /** Ends it, with the reason. */
  close(reason: string): void {
    if (this.#isOver) return;
    this.#response.end(`event: closed\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  /** He has left, or was told to: nothing may be written any more. */
  get #isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  #tellDropped(): void {
    if (this.#droppedNow === 0) return;
    this.#response.write(`event: dropped\ndata: ${JSON.stringify({ events: this.#droppedNow })}\n\n`);
    this.#droppedNow = 0;
  }
}

const DATA = Buffer.from('data: ');
const END = Buffer.from('\n\n');
