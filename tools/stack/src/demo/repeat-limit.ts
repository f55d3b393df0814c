/** What becomes of an entry: shipped, or counted as one of many like it. */
export interface RepeatVerdict {
  readonly ship: boolean;
  /** How many entries like this one were kept back before it. */
  readonly suppressedBefore: number;
}

const WINDOW_MS = 60_000;
const MOST_KEYS = 5000;

interface Kind {
  windowStartMs: number;
  seen: number;
  suppressed: number;
}

/**
 * Lets only so many entries of a kind through in a minute. Shipping makes the servers write log lines about it; without a bound those would be shipped,
 * make more lines, and so on without end. Two entries are of a kind when they differ only in numbers.
 */
export class RepeatLimit {
  readonly #perMinute: number;
  readonly #kinds = new Map<string, Kind>();

  constructor(perMinute = 30) {
    this.#perMinute = perMinute;
  }

  check(source: string, logger: string | undefined, message: string, nowMs: number): RepeatVerdict {
    const key = `${source} ${logger ?? ''} ${kindOf(message)}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      if (this.#kinds.size >= MOST_KEYS) this.#kinds.clear();
      this.#kinds.set(key, (kind = { windowStartMs: nowMs, seen: 0, suppressed: 0 }));
    }
    if (nowMs - kind.windowStartMs >= WINDOW_MS) {
      kind.windowStartMs = nowMs;
      kind.seen = 0;
    }
    if (++kind.seen > this.#perMinute) {
      kind.suppressed++;
      return { ship: false, suppressedBefore: 0 };
    }
    const suppressedBefore = kind.suppressed;
    kind.suppressed = 0;
    return { ship: true, suppressedBefore };
  }
}

/** The message with every number and identifier replaced: what stays the same when a program says a thing again. */
export function kindOf(message: string): string {
  return message
    .slice(0, 300)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '#')
    .replace(/\b[\w+/=-]*\d[\w+/=-]*\b/g, '#');
}
