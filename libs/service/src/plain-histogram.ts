/** Upper bounds and plain counts of a histogram: counting a value costs two additions and a short search, and makes no object. */
export class PlainHistogram {
  /** Upper bounds, growing; what is above the last one is counted too. */
  readonly bounds: readonly number[];
  /** Values for each bound, not cumulated; one more entry than bounds. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]!) i++;
    this.counts[i]!++;
    this.sum += value;
  }
}
