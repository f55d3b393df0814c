import type { ByteSink } from '../byte-sink.ts';

/** JSON literals of wire values, written as bytes. Positions have been checked before: nothing here looks at bounds. */

const QUOTE = 0x22;
const MINUS = 0x2d;
const DIGIT_ZERO = 0x30;
const HEX = Buffer.from('0123456789abcdef');
/** Numbers are written in parts of nine digits, which 32 bits hold. */
const PART = 1_000_000_000;
const PART_DIGITS = 9;

/** Text that is ASCII and needs no escape. */
export function writeAscii(text: string, out: ByteSink): void {
  const { length } = text;
  out.ensure(length);
  const { buffer } = out;
  let to = out.length;
  for (let i = 0; i < length; i++) buffer[to++] = text.charCodeAt(i);
  out.length = to;
}

/** A whole number that a double holds exactly. */
export function writeInteger(value: number, out: ByteSink): void {
  out.ensure(17);
  if (value < 0) {
    out.buffer[out.length++] = MINUS;
    value = -value;
  }
  if (value < PART) {
    writeDigits(value, digitCount(value), out);
    return;
  }
  const high = Math.floor(value / PART);
  writeDigits(high, digitCount(high), out);
  writeDigits(value - high * PART, PART_DIGITS, out);
}

/** A 64-bit whole number with all its digits. */
export function writeLong(buf: Buffer, at: number, out: ByteSink): void {
  const high = (buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!;
  // 21 bits and the sign: 2^53 and below, where a double is exact.
  if (high >= 0x20_0000 || high < -0x20_0000) {
    writeAscii(buf.readBigInt64BE(at).toString(), out);
    return;
  }
  const low = ((buf[at + 4]! << 24) | (buf[at + 5]! << 16) | (buf[at + 6]! << 8) | buf[at + 7]!) >>> 0;
  writeInteger(high * 0x1_0000_0000 + low, out);
}

/** `digits` digits of a number below 10^9. */
function writeDigits(value: number, digits: number, out: ByteSink): void {
  const { buffer } = out;
  value |= 0;
  for (let to = out.length + digits - 1; to >= out.length; to--) {
    const rest = (value / 10) | 0;
    buffer[to] = DIGIT_ZERO + value - rest * 10;
    value = rest;
  }
  out.length += digits;
}

function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}

/** The text of a uuid in quotes. */
export function writeUuidString(buf: Buffer, at: number, out: ByteSink): void {
  out.ensure(38);
  const { buffer } = out;
  let to = out.length;
  buffer[to++] = QUOTE;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) buffer[to++] = MINUS;
    const byte = buf[at + i]!;
    buffer[to++] = HEX[byte >> 4]!;
    buffer[to++] = HEX[byte & 15]!;
  }
  buffer[to++] = QUOTE;
  out.length = to;
}

/** Bytes as a base64 string with padding. */
export function writeBase64String(buf: Buffer, start: number, end: number, out: ByteSink): void {
  out.ensure(Math.ceil((end - start) / 3) * 4 + 2);
  out.buffer[out.length++] = QUOTE;
  out.length += out.buffer.write(buf.toString('base64', start, end), out.length, 'latin1');
  out.buffer[out.length++] = QUOTE;
}
