/** Reasons that are told one by one; there are few, but some hold numbers of the sender. */
const MAX_REASONS = 10;

interface Reason {
  count: number;
  /** Where it was met first. */
  readonly first: string;
}

/** What of a request was refused and why, in words for a person: senders log them as they are. */
export class RefusedItems {
  count = 0;
  readonly #reasons = new Map<string, Reason>();

  /** @param where is asked only for the first item with this reason */
  add(items: number, reason: string, where: () => string): void {
    if (items === 0) return;
    this.count += items;
    const known = this.#reasons.get(reason);
    if (known !== undefined) known.count += items;
    else if (this.#reasons.size < MAX_REASONS) this.#reasons.set(reason, { count: items, first: where() });
  }

  toString(): string {
    const told = [...this.#reasons].map(([reason, { count, first }]) => `${count}: ${reason} (first: ${first})`);
    const rest = this.count - [...this.#reasons.values()].reduce((sum, { count }) => sum + count, 0);
    return [...told, ...(rest > 0 ? [`${rest}: for other reasons`] : [])].join('; ');
  }
}
