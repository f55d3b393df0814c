/** Reasons come from stores as well; beyond so many pairs of stream and reason the rest is counted together, which bounds the metric. */
const MAX_PAIRS = 500;
const OTHER = 'other';
const OTHER_KEY = keyOf(OTHER, OTHER);

export interface DeadLetterCount {
  readonly stream: string;
  readonly reason: string;
  readonly letters: number;
}

/** Dead letters by source stream and reason, for /metrics. */
export class DeadLetterCounts {
  readonly #pairs = new Map<string, { readonly stream: string; readonly reason: string; letters: number }>();

  add(stream: string, reason: string): void {
    const key = keyOf(stream, reason);
    const pair = this.#pairs.get(key);
    if (pair !== undefined) pair.letters++;
    else if (this.#pairs.size < MAX_PAIRS || key === OTHER_KEY) this.#pairs.set(key, { stream, reason, letters: 1 });
    else this.add(OTHER, OTHER);
  }

  all(): Iterable<DeadLetterCount> {
    return this.#pairs.values();
  }
}

function keyOf(stream: string, reason: string): string {
  return `${stream}\n${reason}`;
}
