import type { EventBuffer } from './event-buffer.ts';

const HEX = Buffer.from('0123456789abcdef');

/** Whether an id is the one that OTLP takes for none. */
export function isAllZero(buf: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buf[i] !== 0) return false;
  return true;
}

/** Writes bytes as a String of lower-case hexadecimal digits. */
export function writeHex(out: EventBuffer, src: Buffer, start: number, end: number): void {
  const bytes = end - start;
  out.reserve(4 + 2 * bytes);
  out.i32(2 * bytes);
  const { buf } = out;
  let at = out.length;
  for (let i = start; i < end; i++) {
    buf[at++] = HEX[src[i]! >>> 4]!;
    buf[at++] = HEX[src[i]! & 0x0f]!;
  }
  out.length = at;
}
