import { isUtf8 } from 'node:buffer';
import type { ByteSink } from '../byte-sink.ts';

/** Past this many keys the table starts anew: events with ever new keys must not fill the memory. */
const MAX_KEYS = 8192;
const LENGTH_BYTE = 1;
const WORD_BYTES = 4;
/** Links come in pairs: what followed a key in its container, and what came first in the container under a key. */
const NEXT = 0;
const FIRST = 1;

/**
 * Numbers the keys that come up and holds each as the JSON that stands before its value, `,"key":`. Events of a stream resemble each other:
 * the key that followed last time is compared before anything is hashed.
 *
 * Numbers begin at 1, in the order in which keys come up, and are good until {@link trim}. 0 stands for "no key": as a parent for the payload,
 * as an answer for a key that is no UTF-8. Such a key may read like another one (protocol §8), so the caller has to look at the texts.
 */
export class KeyTable {
  /** Wire form of all keys: the length byte and the key. */
  #wire = Buffer.alloc(16_384);
  #wireStarts = new Int32Array(1024);
  /** `,"key":` of all keys. */
  #literals = new DataView(new ArrayBuffer(32_768));
  #literalStarts = new Int32Array(1025);
  /** The answer for each key: its number, or 0 for those that are no UTF-8. */
  #answers = new Int32Array(1024);
  #links = new Int32Array(2048);
  #count = 0;
  /** Open addressing by hash of the wire form. */
  #slots = new Int32Array(4096);
  readonly #reserved: readonly string[];

  /** @param reserved different keys that always have the numbers 1, 2, … in this order, each of at most 255 bytes */
  constructor(reserved: readonly string[]) {
    this.#reserved = reserved;
    this.#reset();
  }

  /** How many numbers are given out; a number is at most this. */
  get size(): number {
    return this.#count;
  }

  /** Forgets all but the reserved keys when there are too many. Only between events. @returns whether it did */
  trim(): boolean {
    if (this.#count <= MAX_KEYS) return false;
    this.#reset();
    return true;
  }

  /** The number of the key whose length byte stands at `at`, by the one that stood before it in the container. */
  after(previous: number, buf: Buffer, at: number): number {
    return this.#find(previous * 2 + NEXT, buf, at);
  }

  /** The number of the key whose length byte stands at `at`, and which is the first of the container under the key `parent`. */
  firstOf(parent: number, buf: Buffer, at: number): number {
    return this.#find(parent * 2 + FIRST, buf, at);
  }

  /** Appends `,"key":`. */
  writeLiteral(key: number, out: ByteSink): void {
    const start = this.#literalStarts[key]!;
    const length = this.#literalStarts[key + 1]! - start;
    // By words, so that up to three bytes of no use are written behind the literal.
    out.ensure(length + WORD_BYTES);
    const literals = this.#literals;
    const { view } = out;
    const to = out.length;
    for (let i = 0; i < length; i += WORD_BYTES) view.setInt32(to + i, literals.getInt32(start + i, true), true);
    out.length = to + length;
  }

  #find(link: number, buf: Buffer, at: number): number {
    const guess = this.#links[link]!;
    if (guess !== 0 && this.#matches(guess, buf, at)) return this.#answers[guess]!;
    const key = this.#lookUp(buf, at);
    this.#links[link] = key;
    return this.#answers[key]!;
  }

  #matches(key: number, buf: Buffer, at: number): boolean {
    const wire = this.#wire;
    let from = this.#wireStarts[key]!;
    const length = wire[from]!;
    if (buf[at] !== length) return false;
    const end = from + length;
    while (from < end) if (wire[++from] !== buf[++at]) return false;
    return true;
  }

  #lookUp(buf: Buffer, at: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(buf, at) & mask;
    for (let key = this.#slots[slot]!; key !== 0; key = this.#slots[slot]!) {
      if (this.#matches(key, buf, at)) return key;
      slot = (slot + 1) & mask;
    }
    return this.#add(buf, at, slot);
  }

  #add(buf: Buffer, at: number, slot: number): number {
    const length = buf[at]!;
    const text = buf.toString('utf8', at + LENGTH_BYTE, at + LENGTH_BYTE + length);
    const key = ++this.#count;
    this.#makeRoom(key);
    this.#slots[slot] = key;
    const wireStart = this.#wireStarts[key]!;
    if (wireStart + LENGTH_BYTE + length > this.#wire.length) this.#wire = Buffer.concat([this.#wire], this.#wire.length * 2);
    this.#wire.set(buf.subarray(at, at + LENGTH_BYTE + length), wireStart);
    this.#wireStarts[key + 1] = wireStart + LENGTH_BYTE + length;
    const literal = `,${JSON.stringify(text)}:`;
    const literalStart = this.#literalStarts[key]!;
    while (literalStart + literal.length * 3 + WORD_BYTES > this.#literals.byteLength) this.#literals = grownView(this.#literals);
    this.#literalStarts[key + 1] = literalStart + Buffer.from(this.#literals.buffer).write(literal, literalStart);
    this.#answers[key] = isUtf8(buf.subarray(at + LENGTH_BYTE, at + LENGTH_BYTE + length)) ? key : 0;
    this.#links[key * 2 + NEXT] = 0;
    this.#links[key * 2 + FIRST] = 0;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return key;
  }

  #makeRoom(key: number): void {
    if (key + 2 < this.#wireStarts.length) return;
    this.#wireStarts = grown(this.#wireStarts);
    this.#literalStarts = grown(this.#literalStarts);
    this.#answers = grown(this.#answers);
    this.#links = grown(this.#links);
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let key = 1; key <= this.#count; key++) {
      let slot = hashOf(this.#wire, this.#wireStarts[key]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = key;
    }
  }

  #reset(): void {
    this.#count = 0;
    this.#slots = new Int32Array(4096);
    this.#links.fill(0);
    this.#wireStarts[1] = 0;
    this.#literalStarts[1] = 0;
    for (const text of this.#reserved) {
      const utf8 = Buffer.from(text);
      this.#lookUp(Buffer.concat([Buffer.of(utf8.length), utf8]), 0);
    }
  }
}

/** FNV-1a over the wire form that begins at `at`. */
function hashOf(bytes: Uint8Array, at: number): number {
  const end = at + bytes[at]!;
  let hash = 0;
  for (let i = at; i <= end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x0100_0193);
  return hash ^ (hash >>> 15);
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function grownView({ buffer, byteLength }: DataView<ArrayBuffer>): DataView<ArrayBuffer> {
  const larger = new Uint8Array(byteLength * 2);
  larger.set(new Uint8Array(buffer));
  return new DataView(larger.buffer);
}
