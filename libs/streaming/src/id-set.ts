import { int32 } from '@hercules/protocol';

/** 32-bit words of an event's id: its timestamp and its uuid (protocol §9.3). */
const WORDS = 6;
const FIRST_CAPACITY = 256;
/** The part of the slots that may be taken. */
const LOAD = 0.6;

/**
 * An exact set of event ids, by their 24 bytes: an open hash table in one typed array, about 40 to 80 bytes an id and no object.
 */
export class IdSet {
  #words: Int32Array;
  #mask: number;
  #size = 0;
  /** An id of nothing but zeros cannot stand in the table, where that is a free slot. */
  #hasZero = false;

  /** @param expected how many ids there will be, about; to grow costs as much as to add */
  constructor(expected = 0) {
    let capacity = FIRST_CAPACITY;
    while (capacity * LOAD < expected) capacity *= 2;
    this.#words = new Int32Array(capacity * WORDS);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** Memory of the table, in bytes. */
  get bytes(): number {
    return this.#words.byteLength;
  }

  /** Adds the id that stands at `at`. @returns false when it was there already */
  add(buffer: Buffer, at: number): boolean {
    const a = int32(buffer, at);
    const b = int32(buffer, at + 4);
    const c = int32(buffer, at + 8);
    const d = int32(buffer, at + 12);
    const e = int32(buffer, at + 16);
    const f = int32(buffer, at + 20);
    if ((a | b | c | d | e | f) === 0) {
      if (this.#hasZero) return false;
      this.#hasZero = true;
      this.#size++;
      return true;
    }
    const words = this.#words;
    let slot = mix(b, c, d, e, f) & this.#mask;
    for (;;) {
      const i = slot * WORDS;
      if (words[i] === a && words[i + 1] === b && words[i + 2] === c && words[i + 3] === d && words[i + 4] === e && words[i + 5] === f)
        return false;
      if ((words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]! | words[i + 4]! | words[i + 5]!) === 0) break;
      slot = (slot + 1) & this.#mask;
    }
    const i = slot * WORDS;
    words[i] = a;
    words[i + 1] = b;
    words[i + 2] = c;
    words[i + 3] = d;
    words[i + 4] = e;
    words[i + 5] = f;
    if (++this.#size > (this.#mask + 1) * LOAD) this.#grow();
    return true;
  }

  #grow(): void {
    const old = this.#words;
    this.#mask = this.#mask * 2 + 1;
    const words = (this.#words = new Int32Array((this.#mask + 1) * WORDS));
    for (let from = 0; from < old.length; from += WORDS) {
      const b = old[from + 1]!;
      if ((old[from]! | b | old[from + 2]! | old[from + 3]! | old[from + 4]! | old[from + 5]!) === 0) continue;
      let slot = mix(b, old[from + 2]!, old[from + 3]!, old[from + 4]!, old[from + 5]!) & this.#mask;
      for (;;) {
        const i = slot * WORDS;
        if ((words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]! | words[i + 4]! | words[i + 5]!) === 0) {
          for (let k = 0; k < WORDS; k++) words[i + k] = old[from + k]!;
          break;
        }
        slot = (slot + 1) & this.#mask;
      }
    }
  }
}

/** The upper word of the timestamp is the same for all events of some minutes, so it is left out. */
function mix(b: number, c: number, d: number, e: number, f: number): number {
  let hash =
    Math.imul(b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca77) ^ Math.imul(d, 0xc2b2ae3d) ^ Math.imul(e, 0x27d4eb2f) ^ Math.imul(f, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}
