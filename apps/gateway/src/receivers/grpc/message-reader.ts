import type { BufferPool } from '../../buffer-pool.ts';

/** What to do with a message whose length is known: read it, drop it, or leave it in the flow control until {@link MessageReader.proceed}. */
export type Decision = 'read' | 'skip' | 'wait';

/** One received message. A pooled buffer must be given back to the pool when its bytes are not needed any more. */
export interface ReceivedMessage {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly isCompressed: boolean;
  readonly isPooled: boolean;
}

export interface MessageOwner {
  /** A message of this many bytes begins; nothing of it was kept yet. */
  onMessageStart(length: number): Decision;
  onMessage(buffer: Buffer, start: number, end: number, isCompressed: boolean, isPooled: boolean): void;
  /** A message was dropped; `head` is its beginning, up to {@link HEAD_BYTES}. */
  onSkipped(head: Buffer): void;
}

/** The part of an HTTP/2 stream that a reader uses. */
export interface PausableStream {
  pause(): unknown;
  resume(): unknown;
}

/** How much of a dropped message is kept, to find out which one it was. */
export const HEAD_BYTES = 32;
const PREFIX_BYTES = 5;

type State = 'prefix' | 'held' | 'reading' | 'skipping' | 'stopped';

/**
 * Cuts the bytes of a call into gRPC messages (1 byte compressed flag, 4 bytes length, big-endian). The owner decides about each message when
 * its length is known and before memory is spent on it; while it makes up its mind the HTTP/2 stream is paused, so that the client is held up
 * by flow control. A message that lies in one chunk is handed out where it stands.
 */
export class MessageReader {
  readonly #owner: MessageOwner;
  readonly #stream: PausableStream;
  readonly #pool: BufferPool;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #prefixLength = 0;
  #state: State = 'prefix';
  #length = 0;
  #isCompressed = false;
  /** Bytes of the message that are read or dropped already. */
  #received = 0;
  #body: Buffer | undefined;
  #head: Buffer | undefined;
  /** Chunk whose bytes from `#restOffset` on come after the decision that is waited for. */
  #rest: Buffer | undefined;
  #restOffset = 0;

  constructor(owner: MessageOwner, stream: PausableStream, pool: BufferPool) {
    this.#owner = owner;
    this.#stream = stream;
    this.#pool = pool;
  }

  /** True between two messages. */
  get isAtBoundary(): boolean {
    return this.#state === 'prefix' && this.#prefixLength === 0;
  }

  /** True while a message waits for a decision. */
  get isHeld(): boolean {
    return this.#state === 'held';
  }

  push(chunk: Buffer): void {
    if (this.#state === 'held') this.#keep(chunk);
    else if (this.#state !== 'stopped') this.#consume(chunk, 0);
  }

  /** Goes on with the message that waits; nothing happens if none does, because the reader was stopped meanwhile. */
  proceed(decision: 'read' | 'skip'): void {
    const chunk = this.#rest;
    if (chunk === undefined) return;
    this.#rest = undefined;
    this.#begin(decision);
    this.#consume(chunk, this.#restOffset);
    if (!this.isHeld) this.#stream.resume();
  }

  /** Drops what was read of an unfinished message, and everything that still comes. */
  stop(): void {
    this.#state = 'stopped';
    this.#rest = undefined;
    this.#dropBody();
    this.#stream.resume();
  }

  /** A paused stream gives nothing more; should it do so all the same, the bytes must not get lost. */
  #keep(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest!.subarray(this.#restOffset), chunk]);
    this.#restOffset = 0;
  }

  #consume(chunk: Buffer, from: number): void {
    let offset = from;
    for (;;) {
      switch (this.#state) {
        case 'prefix': {
          offset = this.#readPrefix(chunk, offset);
          if (this.#prefixLength < PREFIX_BYTES) return;
          this.#decide(chunk, offset);
          break;
        }
        case 'reading':
          if (offset >= chunk.length && this.#received < this.#length) return;
          offset = this.#readBody(chunk, offset);
          break;
        case 'skipping':
          if (offset >= chunk.length && this.#received < this.#length) return;
          offset = this.#skipBody(chunk, offset);
          break;
        case 'held':
        case 'stopped':
          return;
      }
    }
  }

  #readPrefix(chunk: Buffer, offset: number): number {
    const prefix = this.#prefix;
    let at = offset;
    while (this.#prefixLength < PREFIX_BYTES && at < chunk.length) prefix[this.#prefixLength++] = chunk[at++]!;
    return at;
  }

  #decide(chunk: Buffer, offset: number): void {
    this.#isCompressed = this.#prefix[0] === 1;
    this.#length = this.#prefix.readUInt32BE(1);
    this.#received = 0;
    const decision = this.#owner.onMessageStart(this.#length);
    if (this.#state === 'stopped') return;
    if (decision === 'wait') {
      this.#state = 'held';
      this.#rest = chunk;
      this.#restOffset = offset;
      this.#stream.pause();
    } else {
      this.#begin(decision);
    }
  }

  #begin(decision: 'read' | 'skip'): void {
    this.#state = decision === 'read' ? 'reading' : 'skipping';
    if (decision === 'skip') this.#head = Buffer.alloc(Math.min(HEAD_BYTES, this.#length));
  }

  #readBody(chunk: Buffer, offset: number): number {
    const missing = this.#length - this.#received;
    if (this.#received === 0 && chunk.length - offset >= missing) {
      this.#nextMessage();
      this.#owner.onMessage(chunk, offset, offset + missing, this.#isCompressed, false);
      return offset + missing;
    }
    this.#body ??= this.#pool.take(this.#length);
    const copied = chunk.copy(this.#body, this.#received, offset, Math.min(chunk.length, offset + missing));
    this.#received += copied;
    if (this.#received === this.#length) {
      const body = this.#body;
      this.#body = undefined;
      this.#nextMessage();
      this.#owner.onMessage(body, 0, this.#length, this.#isCompressed, true);
    }
    return offset + copied;
  }

  #skipBody(chunk: Buffer, offset: number): number {
    const head = this.#head!;
    const taken = Math.min(chunk.length - offset, this.#length - this.#received);
    if (this.#received < head.length) chunk.copy(head, this.#received, offset, offset + taken);
    this.#received += taken;
    if (this.#received === this.#length) {
      this.#head = undefined;
      this.#nextMessage();
      this.#owner.onSkipped(head);
    }
    return offset + taken;
  }

  #nextMessage(): void {
    this.#state = 'prefix';
    this.#prefixLength = 0;
  }

  #dropBody(): void {
    if (this.#body !== undefined) this.#pool.give(this.#body);
    this.#body = undefined;
  }
}
