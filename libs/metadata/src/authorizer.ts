import { apiKeyIdentity, type ApiKeyIdentity } from './api-key.ts';
import type { Right, Rule } from './rule.ts';
import { matchesPattern } from './wildcard.ts';

/** `unknown`: the key has no rule with this right at all (401); `denied`: it has, but not for this name, or is blacklisted (403). */
export type Decision = 'allowed' | 'unknown' | 'denied';

interface KeyRules {
  readonly identity: ApiKeyIdentity;
  readonly patterns: Readonly<Record<Right, Set<string>>>;
}

type Decisions = Readonly<Record<Right, Map<string, Decision>>>;

const MAX_IDENTITIES = 10_000;
const MAX_DECISIONS = 10_000;
const MAX_CACHED_NAME_LENGTH = 64;

/**
 * Who a key belongs to and what it may do (apis §2), from the rules and the blacklist of the metadata topic.
 * Keys are looked up by their SHA-256 digest, so the time of a look-up says nothing about a key's characters.
 * Answers are cached until the next change; the caches are bounded because names and keys come from outside.
 */
export class Authorizer {
  readonly #rules = new Map<string, KeyRules>();
  readonly #blacklist = new Map<string, ApiKeyIdentity>();
  readonly #identities = new Map<string, ApiKeyIdentity>();
  readonly #decisions = new Map<string, Decisions>();
  #decisionCount = 0;

  /** The identity of a key that some rule mentions; undefined if the key is absent, empty or unknown (401). */
  identify(apiKey: string | undefined): ApiKeyIdentity | undefined {
    if (apiKey === undefined || apiKey === '') return undefined;
    const known = this.#identities.get(apiKey);
    if (known !== undefined) return known;
    const identity = apiKeyIdentity(apiKey);
    if (!this.#rules.has(identity.digest)) return undefined;
    if (this.#identities.size >= MAX_IDENTITIES) this.#identities.clear();
    this.#identities.set(apiKey, identity);
    return identity;
  }

  /** Whether the key may use the right on the stream or timeline of this name. */
  authorize(identity: ApiKeyIdentity, right: Right, name: string): Decision {
    const cached = this.#decisions.get(identity.digest)?.[right].get(name);
    if (cached !== undefined) return cached;
    const decision = this.#decide(identity.digest, right, name);
    this.#remember(identity.digest, right, name, decision);
    return decision;
  }

  /** All rules, in no particular order. */
  *rules(): IterableIterator<Rule> {
    for (const { identity, patterns } of this.#rules.values()) {
      for (const right of ['read', 'write', 'manage'] as const) {
        for (const pattern of patterns[right]) yield { ...identity, pattern, right };
      }
    }
  }

  /** Blacklisted keys, in no particular order. */
  blacklist(): IterableIterator<ApiKeyIdentity> {
    return this.#blacklist.values();
  }

  /** True if this rule is in force. */
  hasRule(digest: string, pattern: string, right: Right): boolean {
    return this.#rules.get(digest)?.patterns[right].has(pattern) ?? false;
  }

  setRule(rule: Rule): void {
    const { digest, prefix, pattern, right } = rule;
    let entry = this.#rules.get(digest);
    if (entry === undefined) {
      entry = { identity: { digest, prefix }, patterns: { read: new Set(), write: new Set(), manage: new Set() } };
      this.#rules.set(digest, entry);
    }
    entry.patterns[right].add(pattern);
    this.#forget();
  }

  removeRule(digest: string, pattern: string, right: Right): void {
    const entry = this.#rules.get(digest);
    if (entry === undefined) return;
    const { read, write, manage } = entry.patterns;
    entry.patterns[right].delete(pattern);
    if (read.size + write.size + manage.size === 0) this.#rules.delete(digest);
    this.#forget();
  }

  addToBlacklist(identity: ApiKeyIdentity): void {
    this.#blacklist.set(identity.digest, identity);
    this.#forget();
  }

  removeFromBlacklist(digest: string): void {
    this.#blacklist.delete(digest);
    this.#forget();
  }

  #decide(digest: string, right: Right, name: string): Decision {
    if (this.#blacklist.has(digest)) return 'denied';
    const patterns = this.#rules.get(digest)?.patterns[right];
    if (patterns === undefined || patterns.size === 0) return 'unknown';
    for (const pattern of patterns) {
      if (matchesPattern(pattern, name)) return 'allowed';
    }
    return 'denied';
  }

  #remember(digest: string, right: Right, name: string, decision: Decision): void {
    if (name.length > MAX_CACHED_NAME_LENGTH || !this.#rules.has(digest)) return;
    if (this.#decisionCount >= MAX_DECISIONS) this.#forgetDecisions();
    let decisions = this.#decisions.get(digest);
    if (decisions === undefined) {
      decisions = { read: new Map(), write: new Map(), manage: new Map() };
      this.#decisions.set(digest, decisions);
    }
    decisions[right].set(name, decision);
    this.#decisionCount++;
  }

  #forget(): void {
    this.#identities.clear();
    this.#forgetDecisions();
  }

  #forgetDecisions(): void {
    this.#decisions.clear();
    this.#decisionCount = 0;
  }
}
