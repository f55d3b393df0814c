interface RecentBatch {
  at: number;
  readonly memory: Buffer;
  readonly length: number;
}

const MOST_SPARE = 4;
/** Batches differ a little in length; their memory does not, so that one fits another. */
const GRAIN_BYTES = 64 * 1024;

/**
 * What an endpoint has taken a short while ago. Graphite keeps points in memory before it writes them down, so one that ends, however orderly,
 * loses its last ones. A point is idempotent on name and second, so they are simply sent once more when it is back.
 */
export class RecentBatches {
  readonly #windowMs: number;
  readonly #maxBytes: number;
  readonly #batches: RecentBatch[] = [];
  /** Memory of batches that are forgotten, to be written anew: allocating as much as is sent would keep the garbage collector busy. */
  readonly #spare: Buffer[] = [];
  #bytes = 0;
  #isLost = false;

  /** @param windowMs how long a batch is remembered; 0: not at all. @param maxBytes the oldest are forgotten above */
  constructor(windowMs: number, maxBytes: number) {
    this.#windowMs = windowMs;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The endpoint has taken these bytes; they are copied. */
  add(bytes: Buffer, now: number): void {
    if (this.#windowMs === 0) return;
    const memory = this.#memory(bytes.length);
    bytes.copy(memory);
    this.#batches.push({ at: now, memory, length: bytes.length });
    this.#bytes += bytes.length;
    if (!this.#isLost) this.#forgetBefore(now - this.#windowMs);
    while (this.#bytes > this.#maxBytes) this.#forgetOldest();
  }

  /** The endpoint is gone, and with it perhaps what it had not written down. */
  lost(now: number): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#forgetBefore(now - this.#windowMs);
  }

  /** What has to be sent once more before anything else; empty while nothing was lost. */
  toRepeat(): Buffer[] {
    return this.#isLost ? this.#batches.map(({ memory, length }) => memory.subarray(0, length)) : [];
  }

  /** It was sent once more. */
  repeated(now: number): void {
    this.#isLost = false;
    for (const batch of this.#batches) batch.at = now;
  }

  #forgetBefore(at: number): void {
    while (this.#batches.length > 0 && this.#batches[0]!.at < at) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const { memory, length } = this.#batches.shift()!;
    this.#bytes -= length;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(memory);
  }

  #memory(bytes: number): Buffer {
    const at = this.#spare.findIndex((memory) => memory.length >= bytes);
    if (at >= 0) return this.#spare.splice(at, 1)[0]!;
    return Buffer.allocUnsafeSlow(Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES);
  }
}
