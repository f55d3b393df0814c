const FIRST_CAPACITY = 1024;
const [FAILED, NAMES_CALLEE] = [1, 2] as const;
/** No span. */
export const NONE = -1;

/** A span as a trace needs it; times in µs. Ids by 64 bits of them, in two words: both 0 = there is none, of a parent: the span is a root. */
export interface SpanFacts {
  idHigh: number;
  idLow: number;
  parentHigh: number;
  parentLow: number;
  beginUs: number;
  endUs: number;
  application: string;
  operation: string;
  isFailed: boolean;
  /** The span itself names the service that it calls. */
  namesCallee: boolean;
}

/** Spans that are held, as columns: no object stands for one. A span is known by its place. */
export class SpanColumns {
  /** Ids and those of the parents, four words a span. */
  #ids = new Int32Array(FIRST_CAPACITY * 4);
  /** Begin and end, µs. */
  #times = new Float64Array(FIRST_CAPACITY * 2);
  #flags = new Uint8Array(FIRST_CAPACITY);
  /** Of a span that of its trace which was added before it; of a free place the next free one. */
  #earlier = new Int32Array(FIRST_CAPACITY);
  #parent = new Int32Array(FIRST_CAPACITY);
  #firstChild = new Int32Array(FIRST_CAPACITY);
  #nextSibling = new Int32Array(FIRST_CAPACITY);
  readonly #applications: string[] = [];
  readonly #operations: string[] = [];
  #firstFree = NONE;
  #used = 0;
  size = 0;

  /** @param earlier the span of the same trace that was added before; NONE = it is the first @returns its place */
  add(span: SpanFacts, earlier: number): number {
    const at = this.#takePlace();
    const ids = this.#ids;
    ids[at * 4] = span.idHigh;
    ids[at * 4 + 1] = span.idLow;
    ids[at * 4 + 2] = span.parentHigh;
    ids[at * 4 + 3] = span.parentLow;
    this.#times[at * 2] = span.beginUs;
    this.#times[at * 2 + 1] = span.endUs;
    this.#flags[at] = (span.isFailed ? FAILED : 0) | (span.namesCallee ? NAMES_CALLEE : 0);
    this.#applications[at] = span.application;
    this.#operations[at] = span.operation;
    this.#earlier[at] = earlier;
    this.#parent[at] = NONE;
    this.#firstChild[at] = NONE;
    this.size++;
    return at;
  }

  /** Gives the place free for another span. */
  remove(at: number): void {
    this.#earlier[at] = this.#firstFree;
    this.#firstFree = at;
    this.size--;
  }

  beginUs(at: number): number {
    return this.#times[at * 2]!;
  }

  endUs(at: number): number {
    return this.#times[at * 2 + 1]!;
  }

  application(at: number): string {
    return this.#applications[at]!;
  }

  operation(at: number): string {
    return this.#operations[at]!;
  }

  isFailed(at: number): boolean {
    return (this.#flags[at]! & FAILED) !== 0;
  }

  namesCallee(at: number): boolean {
    return (this.#flags[at]! & NAMES_CALLEE) !== 0;
  }

  /** The span has no parent, found or not. */
  isRoot(at: number): boolean {
    return (this.#ids[at * 4 + 2]! | this.#ids[at * 4 + 3]!) === 0;
  }

  /** @returns whether the id of `parent` is the one that `child` calls its parent's */
  isParentOf(parent: number, child: number): boolean {
    const ids = this.#ids;
    return ids[parent * 4] === ids[child * 4 + 2] && ids[parent * 4 + 1] === ids[child * 4 + 3];
  }

  /** A number by the id of a span, the same for the same id. */
  idHash(at: number): number {
    return this.#ids[at * 4]! ^ this.#ids[at * 4 + 1]!;
  }

  /** The same by the id of its parent. */
  parentIdHash(at: number): number {
    return this.#ids[at * 4 + 2]! ^ this.#ids[at * 4 + 3]!;
  }

  earlier(at: number): number {
    return this.#earlier[at]!;
  }

  /** NONE while it has not been found. */
  parent(at: number): number {
    return this.#parent[at]!;
  }

  setParent(at: number, parent: number): void {
    this.#parent[at] = parent;
  }

  firstChild(at: number): number {
    return this.#firstChild[at]!;
  }

  nextSibling(at: number): number {
    return this.#nextSibling[at]!;
  }

  /** Makes the span the first child of its parent. */
  linkToParent(at: number): void {
    const parent = this.#parent[at]!;
    this.#nextSibling[at] = this.#firstChild[parent]!;
    this.#firstChild[parent] = at;
  }

  #takePlace(): number {
    const free = this.#firstFree;
    if (free !== NONE) {
      this.#firstFree = this.#earlier[free]!;
      return free;
    }
    if (this.#used === this.#flags.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    this.#ids = doubled(this.#ids, Int32Array);
    this.#times = doubled(this.#times, Float64Array);
    this.#flags = doubled(this.#flags, Uint8Array);
    this.#earlier = doubled(this.#earlier, Int32Array);
    this.#parent = doubled(this.#parent, Int32Array);
    this.#firstChild = doubled(this.#firstChild, Int32Array);
    this.#nextSibling = doubled(this.#nextSibling, Int32Array);
  }
}

/** The same numbers, with as much room again. */
function doubled<T extends Int32Array | Float64Array | Uint8Array>(old: T, Column: new (length: number) => T): T {
  const grown = new Column(old.length * 2);
  grown.set(old);
  return grown;
}
