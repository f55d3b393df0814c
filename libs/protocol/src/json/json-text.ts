import type { ByteSink } from '../byte-sink.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const FIRST_NON_ASCII = 0x80;
const HEX = Buffer.from('0123456789abcdef');
const WORD_BYTES = 4;
/** A byte of input becomes at most `\u001f`. */
const MAX_BYTES_OF_BYTE = 6;
/** Room for a long text is made piece by piece, so that it costs what it needs and not six times its length. */
const PIECE_BYTES = 4096;
/** A character that crosses the end of a piece. */
const MAX_CHARACTER_BYTES = 4;
/** By control: the letter behind the backslash, 0 for those that have none. */
const SHORT_ESCAPES = new Uint8Array(FIRST_PRINTABLE);
for (const [escaped, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr']) SHORT_ESCAPES[escaped!.charCodeAt(0)] = letter!.charCodeAt(0);

/** Writes JSON strings of UTF-8 bytes. What is no UTF-8 becomes U+FFFD, just as Node decodes it (protocol §8). */
export class JsonText {
  #buf: Buffer = Buffer.alloc(0);
  #view = new DataView(this.#buf.buffer, 0, 0);

  /** The string with its quotes. */
  write(buf: Buffer, start: number, end: number, out: ByteSink): void {
    out.ensure(end - start + 2);
    out.buffer[out.length++] = QUOTE;
    this.writeContent(buf, start, end, out);
    out.ensure(1);
    out.buffer[out.length++] = QUOTE;
  }

  /** The same without the quotes, for strings of several parts. */
  writeContent(buf: Buffer, start: number, end: number, out: ByteSink): void {
    out.ensure(end - start);
    const from = this.#copyPlain(buf, start, end, out);
    if (from < end) writeEscaped(buf, start, from, end, out);
  }

  /** Copies what stands for itself. @returns where the first byte stands that does not, or `end` */
  #copyPlain(buf: Buffer, from: number, end: number, out: ByteSink): number {
    if (buf !== this.#buf) {
      this.#buf = buf;
      this.#view = new DataView(buf.buffer, buf.byteOffset, buf.length);
    }
    const source = this.#view;
    const { buffer, view } = out;
    let to = out.length;
    for (const last = end - WORD_BYTES; from <= last; from += WORD_BYTES, to += WORD_BYTES) {
      const word = source.getInt32(from, true);
      // The highest bit of a byte is set when it is not ASCII, below a space, a quote or a backslash (and at times behind such a one).
      const quotes = word ^ 0x22222222;
      const backslashes = word ^ 0x5c5c5c5c;
      if (((word | (word - 0x20202020) | (quotes - 0x01010101) | (backslashes - 0x01010101)) & 0x80808080) !== 0) break;
      view.setInt32(to, word, true);
    }
    for (; from < end; from++) {
      const byte = buf[from]!;
      if (byte < FIRST_PRINTABLE || byte >= FIRST_NON_ASCII || byte === QUOTE || byte === BACKSLASH) break;
      buffer[to++] = byte;
    }
    out.length = to;
    return from;
  }
}

/** Writes the rest of a string of which the bytes in [start, from) have been copied. */
function writeEscaped(buf: Buffer, start: number, from: number, end: number, out: ByteSink): void {
  const begin = out.length - (from - start);
  while (from >= 0 && from < end) from = writePiece(buf, from, Math.min(from + PIECE_BYTES, end), end, out);
  if (from >= 0) return;
  out.length = begin;
  out.text(JSON.stringify(buf.toString('utf8', start, end)).slice(1, -1));
}

/**
 * Writes from `from` to `pieceEnd`, or a little past it when a character crosses it.
 * @returns where the next piece begins; −1 when a byte is no part of a character
 */
function writePiece(buf: Buffer, from: number, pieceEnd: number, end: number, out: ByteSink): number {
  out.ensure((pieceEnd - from) * MAX_BYTES_OF_BYTE + MAX_CHARACTER_BYTES);
  const { buffer } = out;
  let to = out.length;
  while (from < pieceEnd) {
    const byte = buf[from]!;
    if (byte >= FIRST_NON_ASCII) {
      const next = characterEnd(buf, from, end);
      if (next < 0) return -1;
      while (from < next) buffer[to++] = buf[from++]!;
      continue;
    }
    from++;
    if (byte >= FIRST_PRINTABLE) {
      if (byte === QUOTE || byte === BACKSLASH) buffer[to++] = BACKSLASH;
      buffer[to++] = byte;
    } else to = escapeControl(byte, buffer, to);
  }
  out.length = to;
  return from;
}

function escapeControl(byte: number, buffer: Buffer, to: number): number {
  buffer[to++] = BACKSLASH;
  const letter = SHORT_ESCAPES[byte]!;
  if (letter !== 0) {
    buffer[to++] = letter;
    return to;
  }
  buffer[to++] = 0x75;
  buffer[to++] = 0x30;
  buffer[to++] = 0x30;
  buffer[to++] = HEX[byte >> 4]!;
  buffer[to++] = HEX[byte & 15]!;
  return to;
}

/** Where the character of two to four bytes at `at` ends; −1 when it is none (Unicode, table 3-7). */
function characterEnd(buf: Buffer, at: number, end: number): number {
  const lead = buf[at]!;
  if (lead < 0xe0) return lead >= 0xc2 && at + 1 < end && isContinuation(buf[at + 1]!) ? at + 2 : -1;
  if (at + 2 >= end || !isContinuation(buf[at + 2]!)) return -1;
  const second = buf[at + 1]!;
  if (lead < 0xf0) {
    const isValid = second >= (lead === 0xe0 ? 0xa0 : 0x80) && second <= (lead === 0xed ? 0x9f : 0xbf);
    return isValid ? at + 3 : -1;
  }
  if (lead > 0xf4 || at + 3 >= end || !isContinuation(buf[at + 3]!)) return -1;
  const isValid = second >= (lead === 0xf0 ? 0x90 : 0x80) && second <= (lead === 0xf4 ? 0x8f : 0xbf);
  return isValid ? at + 4 : -1;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
