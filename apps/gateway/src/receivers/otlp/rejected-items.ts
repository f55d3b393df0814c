import { type ErrorCode, HerculesError } from '@hercules/protocol';

/** Reasons that are told one by one; there are few, but some hold names of the sender. */
const MAX_REASONS = 5;
const MAX_REASON_LENGTH = 300;
/** Items that are refused one after another before the request is: each costs more than one that is taken, and a short body can hold millions of them. */
const MAX_SINGLE_ITEMS = 10_000;

/** The items of a request that were not taken while others were, and why. */
export class RejectedItems {
  count = 0;
  readonly byCode = new Map<ErrorCode, number>();
  readonly #reasons = new Map<string, number>();
  #singleItems = 0;

  /** Adds an item that has a fault of its own. @throws HerculesError INVALID_ARGUMENT, which refuses the request, when there are too many of them */
  addSingle(error: HerculesError): void {
    if (++this.#singleItems > MAX_SINGLE_ITEMS) {
      throw new HerculesError('INVALID_ARGUMENT', `More than ${MAX_SINGLE_ITEMS} items of the request cannot be taken: ${this.toString()}`);
    }
    this.add(1, error);
  }

  /** Adds items that are refused together. */
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
