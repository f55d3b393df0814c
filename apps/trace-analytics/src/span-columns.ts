import type { HeldSpan } from './critical-path.ts';

const FIRST_CAPACITY = 1024;
const [FAILED, NAMES_CALLEE] = [1, 2];
/** No further span; no parent. */
export const NONE = -1;

/** Spans that are held, as columns: no object stands for one until its trace is told. */
export class SpanColumns {
  #ids = new Float64Array(FIRST_CAPACITY);
  #parents = new Float64Array(FIRST_CAPACITY);
  #begins = new Float64Array(FIRST_CAPACITY);
  #ends = new Float64Array(FIRST_CAPACITY);
  #flags = new Uint8Array(FIRST_CAPACITY);
  /** Of a span the next one of its trace, of a free place the next free one. */
  #next = new Int32Array(FIRST_CAPACITY);
  readonly #applications: string[] = [];
  readonly #operations: string[] = [];
  #firstFree = NONE;
  #used = 0;
  size = 0;

  /** @param next the span of the same trace that was added before; NONE = it is the first @returns where it is kept */
  add(span: HeldSpan, next: number): number {
    const at = this.#takePlace();
    this.#ids[at] = span.id;
    this.#parents[at] = span.parent ?? NONE;
    this.#begins[at] = span.beginUs;
    this.#ends[at] = span.endUs;
    this.#flags[at] = (span.isFailed ? FAILED! : 0) | (span.namesCallee ? NAMES_CALLEE! : 0);
    this.#applications[at] = span.application;
    this.#operations[at] = span.operation;
    this.#next[at] = next;
    this.size++;
    return at;
  }

  /** Takes the spans of a trace out, from the last that was added on. */
  take(last: number): HeldSpan[] {
    const spans: HeldSpan[] = [];
    for (let at = last; at !== NONE;) {
      const parent = this.#parents[at]!;
      spans.push({
        id: this.#ids[at]!,
        parent: parent === NONE ? undefined : parent,
        beginUs: this.#begins[at]!,
        endUs: this.#ends[at]!,
        application: this.#applications[at]!,
        operation: this.#operations[at]!,
        isFailed: (this.#flags[at]! & FAILED!) !== 0,
        namesCallee: (this.#flags[at]! & NAMES_CALLEE!) !== 0,
      });
      const next = this.#next[at]!;
      this.#next[at] = this.#firstFree;
      this.#firstFree = at;
      this.size--;
      at = next;
    }
    return spans.reverse();
  }

  #takePlace(): number {
    const free = this.#firstFree;
    if (free !== NONE) {
      this.#firstFree = this.#next[free]!;
      return free;
    }
    if (this.#used === this.#ids.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = this.#ids.length * 2;
    const doubles = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(capacity);
      grown.set(old);
      return grown;
    };
    [this.#ids, this.#parents, this.#begins, this.#ends] = [
      doubles(this.#ids),
      doubles(this.#parents),
      doubles(this.#begins),
      doubles(this.#ends),
    ];
    const flags = new Uint8Array(capacity);
    flags.set(this.#flags);
    this.#flags = flags;
    const next = new Int32Array(capacity);
    next.set(this.#next);
    this.#next = next;
  }
}
