/** Output bytes that grow: what transcoders write into. `buffer` may be replaced by `ensure`; do not keep it. */
export class ByteSink {
  buffer: Buffer;
  length = 0;

  constructor(capacity = 65_536) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
  }

  /** Makes room for `bytes` more. */
  ensure(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  reset(): void {
    this.length = 0;
  }

  /** What has been written: a view, valid until the next write. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** Appends text as UTF-8. */
  text(text: string): void {
    this.ensure(text.length * 3);
    this.length += this.buffer.write(text, this.length, 'utf8');
  }
}
