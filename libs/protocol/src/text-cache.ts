const SLOTS = 1024;
const MAX_BYTES = 64;

/** Texts by their bytes: names repeat, and a string that is known is cheaper than a new one. Each slot keeps the last text that fell into it. */
export class TextCache {
  readonly #entries: ({ bytes: Buffer; text: string } | undefined)[] = new Array<undefined>(SLOTS);

  /** A hash of the bytes that were asked for last; of those too long to be kept it is their length. */
  hash = 0;

  /** The UTF-8 text at [start, end). */
  get(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_BYTES) {
      this.hash = length;
      return buffer.toString('utf8', start, end);
    }
    let hash = length;
    for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + buffer[i]!;
    this.hash = hash;
    const slot = hash & (SLOTS - 1);
    const entry = this.#entries[slot];
    if (entry !== undefined && isSame(entry.bytes, buffer, start, length)) return entry.text;
    const text = buffer.toString('utf8', start, end);
    this.#entries[slot] = { bytes: Buffer.from(buffer.subarray(start, end)), text };
    return text;
  }
}

/** Names are short: a call into native code would cost more. */
function isSame(bytes: Buffer, buffer: Buffer, start: number, length: number): boolean {
  if (bytes.length !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[i] !== buffer[start + i]) return false;
  return true;
}
