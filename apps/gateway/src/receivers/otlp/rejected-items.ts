import type { ErrorCode, HerculesError } from '@hercules/protocol';

/** Reasons that are told one by one; there are few, but some hold names of the sender. */
const MAX_REASONS = 5;
const MAX_REASON_LENGTH = 300;

/** The items of a request that were not taken while others were, and why. */
export class RejectedItems {
  count = 0;
  readonly byCode = new Map<ErrorCode, number>();
  readonly #reasons = new Map<string, number>();

  add(items: number, { code, message }: HerculesError): void {
    if (items === 0) return;
    this.count += items;
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + items);
    const reason = message.slice(0, MAX_REASON_LENGTH);
    const known = this.#reasons.get(reason);
    if (known !== undefined || this.#reasons.size < MAX_REASONS) this.#reasons.set(reason, (known ?? 0) + items);
  }

  /** For the answer's error_message. */
  toString(): string {
    const told = [...this.#reasons].map(([reason, items]) => `${items}: ${reason}`);
    const rest = this.count - [...this.#reasons.values()].reduce((sum, items) => sum + items, 0);
    return [...told, ...(rest > 0 ? [`${rest}: for other reasons`] : [])].join('; ');
  }
}
