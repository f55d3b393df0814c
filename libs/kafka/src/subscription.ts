import { HerculesError } from '@hercules/protocol';

export interface SubscriptionOptions {
  /** Topics by their exact names. */
  topics?: readonly string[];
  /** Patterns of `[a-z0-9_*?]`: `*` is any run of `[a-z0-9_]`, also an empty one, `?` exactly one; the whole name must match. */
  patterns?: readonly string[];
  /** Patterns of topics that are left out, whatever else matches. */
  exclusions?: readonly string[];
}

/**
 * Which topics a consumer reads (sinks §1.1): those that match any pattern and no exclusion. Names that begin with `__` are Kafka's own;
 * a pattern matches them only if it begins so itself.
 */
export class Subscription {
  readonly #topics: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];
  readonly #exclusions: readonly RegExp[];

  /** @throws HerculesError BAD_CONFIG for an empty subscription, and for a pattern with other characters, naming it */
  constructor(options: SubscriptionOptions) {
    this.#topics = new Set(options.topics);
    this.#patterns = (options.patterns ?? []).map(compile);
    this.#exclusions = (options.exclusions ?? []).map(compile);
    if (this.#topics.size === 0 && this.#patterns.length === 0) {
      throw new HerculesError('BAD_CONFIG', 'a subscription needs a topic or a pattern');
    }
  }

  matches(topic: string): boolean {
    if (this.#exclusions.some((exclusion) => exclusion.test(topic))) return false;
    return this.#topics.has(topic) || this.#patterns.some((pattern) => pattern.test(topic));
  }

  /** The topics to read out of those that exist, sorted. */
  select(existing: Iterable<string>): string[] {
    return [...existing].filter((topic) => this.matches(topic)).sort();
  }
}

function compile(pattern: string): RegExp {
  if (!/^[a-z0-9_*?]+$/.test(pattern)) {
    throw new HerculesError('BAD_CONFIG', `topic pattern "${pattern}" may only have the characters a–z, 0–9, _, * and ?`);
  }
  const internal = pattern.startsWith('__') ? '' : '(?!__)';
  const body = pattern.replace(/\*+/g, '[a-z0-9_]*').replaceAll('?', '[a-z0-9_]');
  return new RegExp(`^${internal}${body}$`);
}
