import type { Framing, FramingEvents } from './framing.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NO_BYTES = Buffer.alloc(0);
const SHOWN_BYTES = 100;

/**
 * Lines ended by `\n` or `\r\n`; empty ones are passed over. A line that is too long is passed over up to its end, and what comes after the last newline of a
 * connection is taken for a line that was cut off: a number without its last digits would be a wrong one.
 */
export class LineFraming implements Framing {
  readonly #maxLineBytes: number;
  /** What has come of the line that is not complete yet. */
  #rest: Buffer = NO_BYTES;
  #isSkipping = false;

  /** @param maxLineBytes longest line without its end */
  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  feed(chunk: Buffer, events: FramingEvents): void {
    let position = 0;
    if (this.#isSkipping || this.#rest.length > 0) {
      const newline = chunk.indexOf(NEWLINE);
      const end = newline < 0 ? chunk.length : newline;
      if (!this.#isSkipping) this.#append(chunk.subarray(0, end), events);
      if (newline < 0) return;
      if (!this.#isSkipping) this.#give(this.#rest, 0, this.#rest.length, events);
      this.#rest = NO_BYTES;
      this.#isSkipping = false;
      position = newline + 1;
    }
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, position);
      if (newline < 0) break;
      this.#give(chunk, position, newline, events);
      position = newline + 1;
    }
    if (position < chunk.length) this.#append(chunk.subarray(position), events);
  }

  end(events: FramingEvents): void {
    if (this.#isSkipping || this.#rest.length === 0) return;
    events.onRefused('unended', this.#rest.subarray(0, SHOWN_BYTES));
    this.#rest = NO_BYTES;
  }

  #append(bytes: Buffer, events: FramingEvents): void {
    // One byte more may be a carriage return.
    if (this.#rest.length + bytes.length <= this.#maxLineBytes + 1) {
      this.#rest = Buffer.concat([this.#rest, bytes]);
      return;
    }
    events.onRefused('too-long', Buffer.concat([this.#rest, bytes.subarray(0, SHOWN_BYTES)]).subarray(0, SHOWN_BYTES));
    this.#rest = NO_BYTES;
    this.#isSkipping = true;
  }

  #give(buf: Buffer, start: number, end: number, events: FramingEvents): void {
    const lineEnd = end > start && buf[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (lineEnd === start) return;
    if (lineEnd - start > this.#maxLineBytes) events.onRefused('too-long', buf.subarray(start, start + SHOWN_BYTES));
    else events.onMessage(buf, start, lineEnd);
  }
}
