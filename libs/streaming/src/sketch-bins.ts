/**
 * Counts of values by logarithmic bins: a list while there are few, then dense between the lowest and the highest bin in use. With more than `MAX_BINS` of them the lowest are joined, so that the greater
 * values, which matter in durations, keep their accuracy (DDSketch, VLDB 2019, section 2.2).
 */
const MAX_BINS = 2048;
const FIRST_BINS = 64;
/** Most series have few values in a window: for those a list takes a tenth of the memory. */
const MOST_FEW = 40;
const NO_BINS = new Float64Array(0);

export class SketchBins {
  /** The bin of each value; undefined once they are counted in #counts. */
  #few: number[] | undefined = [];
  #counts = NO_BINS;
  /** Number of the bin at place 0. */
  #base = 0;
  /** Places in use: [#low, #high]; #high < #low = none. */
  #low = 0;
  #high = -1;
  total = 0;

  get isEmpty(): boolean {
    return this.total === 0;
  }

  add(bin: number, count: number): void {
    if (this.#few !== undefined) {
      // Parts of values have no place in a list.
      if (this.#few.length + count <= MOST_FEW && Number.isInteger(count)) {
        for (let i = 0; i < count; i++) this.#few.push(bin);
        this.total += count;
        return;
      }
      this.#spread(this.#few);
    }
    if (this.#high < this.#low) this.#begin(bin, bin);
    else if (bin < this.#low + this.#base || bin > this.#high + this.#base) {
      bin = this.#makeRoom(bin);
    }
    const at = bin - this.#base;
    this.#counts[at]! += count;
    if (at < this.#low) this.#low = at;
    if (at > this.#high) this.#high = at;
    this.total += count;
  }

  merge(other: SketchBins, share: number): void {
    other.forEach((bin, count) => this.add(bin, count * share));
  }

  /** From the lowest bin up, those that hold something. */
  forEach(visit: (bin: number, count: number) => void): void {
    if (this.#few !== undefined) {
      forEachOf(sorted(this.#few), visit);
      return;
    }
    for (let at = this.#low; at <= this.#high; at++) if (this.#counts[at]! > 0) visit(at + this.#base, this.#counts[at]!);
  }

  /** @returns the bin that holds the value of this rank (0-based) from below */
  binOfRank(rank: number): number {
    if (this.#few !== undefined) return sorted(this.#few)[Math.min(Math.floor(rank), this.#few.length - 1)]!;
    let passed = 0;
    for (let at = this.#low; at <= this.#high; at++) {
      passed += this.#counts[at]!;
      if (passed > rank) return at + this.#base;
    }
    return this.#high + this.#base;
  }

  /** From the list to the counts. */
  #spread(few: readonly number[]): void {
    this.#few = undefined;
    this.total = 0;
    if (few.length === 0) return;
    let [lowest, highest] = [Infinity, -Infinity];
    for (const bin of few) {
      if (bin < lowest) lowest = bin;
      if (bin > highest) highest = bin;
    }
    this.#begin(Math.max(lowest, highest - MAX_BINS + 1), highest);
    for (const bin of few) this.add(bin, 1);
  }

  /** Room for bins from the lowest to the highest, and some beside them. */
  #begin(lowest: number, highest: number): void {
    const span = highest - lowest + 1;
    this.#counts = new Float64Array(Math.min(MAX_BINS, Math.max(FIRST_BINS, span + (span >> 1))));
    this.#base = lowest - ((this.#counts.length - span) >> 1);
    this.#low = this.#high = highest - this.#base;
  }

  /** @returns the bin to count in: the lowest that is kept, when `bin` lies below */
  #makeRoom(bin: number): number {
    const lowest = Math.min(bin, this.#low + this.#base);
    const highest = Math.max(bin, this.#high + this.#base);
    const kept = Math.max(lowest, highest - MAX_BINS + 1);
    if (kept > this.#low + this.#base) this.#joinBelow(kept);
    if (bin < kept) bin = kept;
    const first = Math.max(lowest, kept);
    if (first >= this.#base && highest < this.#base + this.#counts.length) return bin;
    const span = highest - first + 1;
    const counts = new Float64Array(Math.min(MAX_BINS, Math.max(FIRST_BINS, span * 2)));
    const base = first - ((counts.length - span) >> 1);
    for (let at = this.#low; at <= this.#high; at++) counts[at + this.#base - base] = this.#counts[at]!;
    this.#low += this.#base - base;
    this.#high += this.#base - base;
    this.#base = base;
    this.#counts = counts;
    return bin;
  }

  #joinBelow(kept: number): void {
    const to = kept - this.#base;
    let joined = 0;
    for (let at = this.#low; at < Math.min(to, this.#high + 1); at++) {
      joined += this.#counts[at]!;
      this.#counts[at] = 0;
    }
    if (to <= this.#high) {
      this.#counts[to]! += joined;
      this.#low = to;
      return;
    }
    // All that there was lies below the bins that are kept: it is counted in the lowest of those.
    this.#counts = new Float64Array(FIRST_BINS);
    this.#base = kept;
    this.#low = this.#high = 0;
    this.#counts[0] = joined;
  }
}

/** In place, by insertion: the library's sort makes copies, and the list is short and often in order already. */
function sorted(few: number[]): number[] {
  for (let i = 1; i < few.length; i++) {
    const bin = few[i]!;
    let to = i;
    for (; to > 0 && few[to - 1]! > bin; to--) few[to] = few[to - 1]!;
    few[to] = bin;
  }
  return few;
}

/** Equal numbers that stand beside each other together. */
function forEachOf(bins: readonly number[], visit: (bin: number, count: number) => void): void {
  for (let i = 0; i < bins.length;) {
    let end = i + 1;
    while (end < bins.length && bins[end] === bins[i]) end++;
    visit(bins[i]!, end - i);
    i = end;
  }
}
