import type { Framing, FramingEvents } from '../lines/framing.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const ONE = 0x31;
const NINE = 0x39;
const ZERO = 0x30;
/** Digits of the length of a message. */
const MAX_DIGITS = 7;
const SHOWN_BYTES = 100;
const NO_BYTES = Buffer.alloc(0);

/**
 * Messages of syslog over TCP (RFC 6587), told apart one by one: after their length in digits and a space, or ended by a newline (or a zero byte, as some
 * senders do).
 */
export class SyslogFraming implements Framing {
  readonly #maxMessageBytes: number;
  #rest: Buffer = NO_BYTES;
  /** Bytes still to be passed over of a message that is too long; −1: up to the next newline. */
  #skip = 0;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  feed(chunk: Buffer, events: FramingEvents): void {
    const buf = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let position = this.#passOver(buf);
    for (let next = this.#next(buf, position, events); next > position; next = this.#next(buf, position, events)) position = next;
    this.#rest = Buffer.from(buf.subarray(position));
  }

  end(events: FramingEvents): void {
    const rest = this.#rest;
    this.#rest = NO_BYTES;
    if (rest.length === 0 || this.#skip !== 0) return;
    if (this.#headerEnd(rest, 0) < 0) events.onMessage(rest, 0, rest.length);
    else events.onRefused('unended', rest.subarray(0, SHOWN_BYTES));
  }

  /** Gives out the message at a position, if it is whole. @returns where the next one begins; the same position: there is none yet */
  #next(buf: Buffer, start: number, events: FramingEvents): number {
    if (start >= buf.length) return start;
    if (buf[start] === NEWLINE || buf[start] === 0) return start + 1;
    const headerEnd = this.#headerEnd(buf, start);
    if (headerEnd === 0) return start;
    return headerEnd > 0 ? this.#counted(buf, start, headerEnd, events) : this.#line(buf, start, events);
  }

  #counted(buf: Buffer, start: number, headerEnd: number, events: FramingEvents): number {
    const length = Number(buf.toString('latin1', start, headerEnd - 1));
    if (length > this.#maxMessageBytes) {
      events.onRefused('too-long', buf.subarray(headerEnd, headerEnd + SHOWN_BYTES));
      this.#skip = length;
      return headerEnd + this.#passOver(buf.subarray(headerEnd));
    }
    if (buf.length - headerEnd < length) return start;
    events.onMessage(buf, headerEnd, headerEnd + length);
    return headerEnd + length;
  }

  #line(buf: Buffer, start: number, events: FramingEvents): number {
    const end = endOfLine(buf, start);
    if (end < 0) {
      if (buf.length - start <= this.#maxMessageBytes) return start;
      events.onRefused('too-long', buf.subarray(start, start + SHOWN_BYTES));
      this.#skip = -1;
      return buf.length;
    }
    events.onMessage(buf, start, end);
    return end + 1;
  }

  /** @returns where the message begins; 0: not enough bytes to know; −1: it has no length before it */
  #headerEnd(buf: Buffer, start: number): number {
    if (buf[start]! < ONE || buf[start]! > NINE) return -1;
    for (let at = start + 1; at <= start + MAX_DIGITS; at++) {
      if (at >= buf.length) return 0;
      if (buf[at] === SPACE) return at + 1;
      if (buf[at]! < ZERO || buf[at]! > NINE) return -1;
    }
    return -1;
  }

  /** @returns bytes of the buffer that belong to a message that was refused */
  #passOver(buf: Buffer): number {
    if (this.#skip >= 0) {
      const passed = Math.min(this.#skip, buf.length);
      this.#skip -= passed;
      return passed;
    }
    const end = endOfLine(buf, 0);
    if (end < 0) return buf.length;
    this.#skip = 0;
    return end + 1;
  }
}

function endOfLine(buf: Buffer, start: number): number {
  const newline = buf.indexOf(NEWLINE, start);
  const zero = buf.indexOf(0, start);
  if (newline < 0) return zero;
  return zero < 0 ? newline : Math.min(newline, zero);
}
