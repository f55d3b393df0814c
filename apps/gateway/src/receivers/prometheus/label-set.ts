/** A series has some ten labels; Prometheus itself has no bound, so this is far above what a person would make. */
export const MAX_LABELS = 1000;
/** Bounds what comparing names costs. */
const MAX_NAME_BYTES = 1024;
const NAME_LABEL = Buffer.from('__name__');
/** What an event has for each label beside its two texts: a container, two keys, two types, two lengths. */
const LABEL_OVERHEAD_BYTES = 22;

/**
 * The labels of a series, or of an exemplar, as ranges of the request's bytes. What is wrong with them is kept in {@link problem}; reading goes on, so that the
 * rest of the message is still checked.
 */
export class LabelSet {
  count = 0;
  /** Labels added since the set was made. */
  added = 0;
  /** Which label is `__name__`; −1 if there is none. */
  nameAt = -1;
  /** What the labels add to an event, in bytes. */
  byteLength = 0;
  problem: string | undefined;
  readonly nameStarts = new Uint32Array(MAX_LABELS);
  readonly nameEnds = new Uint32Array(MAX_LABELS);
  readonly valueStarts = new Uint32Array(MAX_LABELS);
  readonly valueEnds = new Uint32Array(MAX_LABELS);
  #isSorted = true;

  clear(): void {
    this.count = 0;
    this.nameAt = -1;
    this.byteLength = 0;
    this.problem = undefined;
    this.#isSorted = true;
  }

  /** Keeps what is wrong. */
  refuse(problem: string): void {
    this.problem ??= problem;
  }

  /** Adds a label. One without a value is the same as none (Prometheus' data model), and is left out. */
  add(body: Buffer, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    this.added++;
    if (this.problem !== undefined) return;
    if (nameStart === nameEnd) return this.refuse('a label has no name');
    if (nameEnd - nameStart > MAX_NAME_BYTES) return this.refuse(`the name of a label is longer than ${MAX_NAME_BYTES} bytes`);
    if (valueStart === valueEnd) return;
    if (this.count === MAX_LABELS) return this.refuse(`there are more than ${MAX_LABELS} labels`);
    const at = this.count++;
    this.nameStarts[at] = nameStart;
    this.nameEnds[at] = nameEnd;
    this.valueStarts[at] = valueStart;
    this.valueEnds[at] = valueEnd;
    this.byteLength += LABEL_OVERHEAD_BYTES + nameEnd - nameStart + valueEnd - valueStart;
    if (isSame(body, nameStart, nameEnd, NAME_LABEL)) this.nameAt = at;
    if (at > 0 && this.#compare(body, at - 1, at) >= 0) this.#isSorted = false;
  }

  /** After the last label. @param maxBytes what the labels may add to an event */
  finish(body: Buffer, maxBytes: number): void {
    if (this.problem !== undefined) return;
    if (this.byteLength > maxBytes) this.refuse('the labels make an event that is too long');
    else if (!this.#isSorted && this.#hasTwins(body)) this.refuse('a label is there twice');
  }

  /** Senders must sort labels, so this is for the few that do not. */
  #hasTwins(body: Buffer): boolean {
    const order = Array.from({ length: this.count }, (_, at) => at).sort((a, b) => this.#compare(body, a, b));
    return order.some((at, i) => i > 0 && this.#compare(body, order[i - 1]!, at) === 0);
  }

  /** By bytes, as Prometheus sorts; names are short, so a call into native code would cost more. */
  #compare(body: Buffer, a: number, b: number): number {
    const startA = this.nameStarts[a]!;
    const startB = this.nameStarts[b]!;
    const lengthA = this.nameEnds[a]! - startA;
    const lengthB = this.nameEnds[b]! - startB;
    const length = Math.min(lengthA, lengthB);
    for (let i = 0; i < length; i++) {
      const difference = body[startA + i]! - body[startB + i]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  }
}

function isSame(body: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (body[start + i] !== text[i]) return false;
  return true;
}
