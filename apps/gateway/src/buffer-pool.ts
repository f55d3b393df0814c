const MIN_SIZE = 16 * 1024;

/**
 * Buffers for bodies, reused because a new one for each body would leave megabytes to the garbage collector, which does not hurry to return
 * memory outside its heap. Sizes are powers of two; at most `maxKeptBytes` are kept for reuse.
 */
export class BufferPool {
  readonly #maxKeptBytes: number;
  readonly #free = new Map<number, Buffer[]>();
  #keptBytes = 0;

  constructor(maxKeptBytes: number) {
    this.#maxKeptBytes = maxKeptBytes;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** A buffer of at least this many bytes, with whatever was in it before. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#keptBytes -= size;
    return buffer;
  }

  /** Gives back a buffer of {@link take}; nobody may read it any more. */
  give(buffer: Buffer): void {
    const size = buffer.length;
    if (this.#keptBytes + size > this.#maxKeptBytes) return;
    this.#keptBytes += size;
    const buffers = this.#free.get(size);
    if (buffers === undefined) this.#free.set(size, [buffer]);
    else buffers.push(buffer);
  }
}

function sizeFor(bytes: number): number {
  if (bytes <= MIN_SIZE) return MIN_SIZE;
  return 2 ** (32 - Math.clz32(bytes - 1));
}
