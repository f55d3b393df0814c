/**
 * A mask of one name: `*` stands for any run of characters, also for none; everything else for itself. In the originals a star stands at the
 * beginning, at the end or at both; here it may stand anywhere.
 */
export class Mask {
  readonly #parts: readonly Buffer[];
  readonly #isLiteral: boolean;

  constructor(mask: string) {
    this.#parts = mask.split('*').map((part) => Buffer.from(part));
    this.#isLiteral = this.#parts.length === 1;
  }

  /** Whether the whole range matches. A start below 0 is a text that is absent, which matches nothing. */
  matches(buffer: Buffer, start: number, end: number): boolean {
    if (start < 0) return false;
    const first = this.#parts[0]!;
    if (this.#isLiteral) return end - start === first.length && equals(buffer, start, first);
    const last = this.#parts.at(-1)!;
    if (end - start < first.length + last.length) return false;
    if (!equals(buffer, start, first) || !equals(buffer, end - last.length, last)) return false;
    let pos = start + first.length;
    const limit = end - last.length;
    for (let i = 1; i < this.#parts.length - 1; i++) {
      const part = this.#parts[i]!;
      const at = part.length === 0 ? pos : buffer.subarray(0, limit).indexOf(part, pos);
      if (at < 0) return false;
      pos = at + part.length;
    }
    return true;
  }
}

function equals(buffer: Buffer, start: number, text: Buffer): boolean {
  return buffer.compare(text, 0, text.length, start, start + text.length) === 0;
}
