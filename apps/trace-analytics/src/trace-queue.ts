import { NONE } from './span-columns.ts';

const FIRST_CAPACITY = 256;

/**
 * Traces in the order they began, found by their ids: a ring of columns with a hash table into it, because a Map that takes and drops entries all the time costs more than all
 * that is done with a span besides. A trace is known by its slot, until it is removed or another is added.
 */
export class TraceQueue {
  #capacity = FIRST_CAPACITY;
  /** Two words a trace. */
  #ids = new Int32Array(FIRST_CAPACITY * 2);
  #offsets = new Float64Array(FIRST_CAPACITY);
  #firstEndsMs = new Float64Array(FIRST_CAPACITY);
  #lasts = new Int32Array(FIRST_CAPACITY);
  #sizes = new Int32Array(FIRST_CAPACITY);
  /** By hash the slot that was added last, and of a slot the one with the same hash that was added before it. */
  #heads = new Int32Array(FIRST_CAPACITY).fill(NONE);
  #chain = new Int32Array(FIRST_CAPACITY);
  #oldest = 0;
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The slot of the trace that began first; of an empty queue it says nothing. */
  get oldest(): number {
    return this.#oldest;
  }

  /** @returns its slot; NONE when there is no such trace */
  find(high: number, low: number): number {
    const ids = this.#ids;
    let slot = this.#heads[this.#hash(high, low)]!;
    while (slot !== NONE && (ids[slot * 2] !== high || ids[slot * 2 + 1] !== low)) slot = this.#chain[slot]!;
    return slot;
  }

  /** @returns the slot of the new trace, which has no span yet */
  add(high: number, low: number, firstEndMs: number, offset: number): number {
    if (this.#length === this.#capacity) this.#grow();
    const slot = (this.#oldest + this.#length++) & (this.#capacity - 1);
    this.#ids[slot * 2] = high;
    this.#ids[slot * 2 + 1] = low;
    this.#firstEndsMs[slot] = firstEndMs;
    this.#offsets[slot] = offset;
    this.#lasts[slot] = NONE;
    this.#sizes[slot] = 0;
    this.#enter(slot);
    return slot;
  }

  removeOldest(): void {
    const slot = this.#oldest;
    const hash = this.#hash(this.#ids[slot * 2]!, this.#ids[slot * 2 + 1]!);
    if (this.#heads[hash] === slot) this.#heads[hash] = this.#chain[slot]!;
    else {
      let newer = this.#heads[hash]!;
      while (this.#chain[newer] !== slot) newer = this.#chain[newer]!;
      this.#chain[newer] = this.#chain[slot]!;
    }
    this.#oldest = (slot + 1) & (this.#capacity - 1);
    this.#length--;
  }

  /** Makes this span the trace's last. @returns how many it has now */
  append(slot: number, span: number): number {
    this.#lasts[slot] = span;
    return ++this.#sizes[slot]!;
  }

  /** The span that was added last; NONE = it has none. */
  last(slot: number): number {
    return this.#lasts[slot]!;
  }

  /** How many spans it has. */
  size(slot: number): number {
    return this.#sizes[slot]!;
  }

  /** Of the record of its first span. */
  offset(slot: number): number {
    return this.#offsets[slot]!;
  }

  /** End of its first span, ms since 1970. */
  firstEndMs(slot: number): number {
    return this.#firstEndsMs[slot]!;
  }

  #hash(high: number, low: number): number {
    const mixed = Math.imul(high ^ Math.imul(low, 0x85ebca77), 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & (this.#capacity - 1);
  }

  #enter(slot: number): void {
    const hash = this.#hash(this.#ids[slot * 2]!, this.#ids[slot * 2 + 1]!);
    this.#chain[slot] = this.#heads[hash]!;
    this.#heads[hash] = slot;
  }

  /** Twice the room, the oldest in slot 0. */
  #grow(): void {
    const [ids, offsets, firstEndsMs, lasts, sizes] = [this.#ids, this.#offsets, this.#firstEndsMs, this.#lasts, this.#sizes];
    const [mask, oldest, capacity] = [this.#capacity - 1, this.#oldest, this.#capacity * 2];
    this.#ids = new Int32Array(capacity * 2);
    this.#offsets = new Float64Array(capacity);
    this.#firstEndsMs = new Float64Array(capacity);
    this.#lasts = new Int32Array(capacity);
    this.#sizes = new Int32Array(capacity);
    this.#heads = new Int32Array(capacity).fill(NONE);
    this.#chain = new Int32Array(capacity);
    this.#capacity = capacity;
    this.#oldest = 0;
    for (let slot = 0; slot < this.#length; slot++) {
      const from = (oldest + slot) & mask;
      this.#ids[slot * 2] = ids[from * 2]!;
      this.#ids[slot * 2 + 1] = ids[from * 2 + 1]!;
      this.#offsets[slot] = offsets[from]!;
      this.#firstEndsMs[slot] = firstEndsMs[from]!;
      this.#lasts[slot] = lasts[from]!;
      this.#sizes[slot] = sizes[from]!;
      this.#enter(slot);
    }
  }
}
