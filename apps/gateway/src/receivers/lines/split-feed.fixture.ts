import type { Framing } from './framing.ts';

/** What a framing makes of bytes that come in pieces: messages as text, refusals as `!reason`. @param sizes of the pieces, by turns */
export function framed(framing: Framing, bytes: Buffer, sizes: readonly number[]): string[] {
  const found: string[] = [];
  const events = {
    onMessage: (buf: Buffer, start: number, end: number) => void found.push(buf.toString('utf8', start, end)),
    onRefused: (reason: string) => void found.push(`!${reason}`),
  };
  let position = 0;
  for (let i = 0; position < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? bytes.length);
    framing.feed(Buffer.from(bytes.subarray(position, position + size)), events);
    position += size;
  }
  framing.end(events);
  return found;
}
