/** Output bytes that grow: what transcoders write into. `buffer` and `view` may be replaced by `ensure`; do not keep them. */
export class ByteSink {
  buffer: Buffer;
  /** The same memory, for writing several bytes at once. */
  view: DataView;
  length = 0;

  constructor(capacity = 65_536) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
    this.view = viewOf(this.buffer);
  }

  /** Makes room for `bytes` more. */
  ensure(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.view = viewOf(larger);
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

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
