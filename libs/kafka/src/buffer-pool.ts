/** Buffers of a few sizes that are used again and again, so that record batches cost no garbage. */
export class BufferPool {
  readonly #sizes: readonly number[];
  readonly #free: Buffer[][];
  readonly #keepBytes: number;

  /** @param largest the largest size kept @param keepBytes most bytes kept of each size */
  constructor(largest: number, keepBytes: number) {
    const sizes: number[] = [];
    for (let size = largest; size >= 16_384; size = Math.ceil(size / 4)) sizes.unshift(size);
    this.#sizes = sizes.length > 0 ? sizes : [largest];
    this.#free = this.#sizes.map(() => []);
    this.#keepBytes = keepBytes;
  }

  /** A buffer of at least so many bytes; its content is arbitrary. */
  take(bytes: number): Buffer {
    for (let i = 0; i < this.#sizes.length; i++) {
      if (this.#sizes[i]! >= bytes) return this.#free[i]!.pop() ?? Buffer.allocUnsafeSlow(this.#sizes[i]!);
    }
    return Buffer.allocUnsafeSlow(bytes);
  }

  give(buffer: Buffer): void {
    const i = this.#sizes.indexOf(buffer.length);
    if (i >= 0 && (this.#free[i]!.length + 1) * buffer.length <= this.#keepBytes) this.#free[i]!.push(buffer);
  }
}
