import { matchesPattern, type Quota, quotaKey } from '@hercules/metadata';
import type { HerculesError } from '@hercules/protocol';
import { QuotaAccount } from './quota-account.ts';

/** What one key may write to one stream: every quota whose pattern names the stream counts. */
export interface QuotaGate {
  /** QUOTA_EXCEEDED while nothing may be written, with `retryAfterMs`; asking counts as a refused batch then. */
  refusal(): HerculesError | undefined;
  /** Counts a batch that was taken. @param bytes of its events in the binary format */
  charge(events: number, bytes: number): void;
}

/** What was written under a quota, as workers tell each other: key of the quota, events, bytes. */
export type QuotaUse = readonly [quota: string, events: number, bytes: number];

/** The accounts of all quotas. They stay when other metadata change, and when the rates of their quota do. */
export class QuotaBook {
  readonly #share: number;
  readonly #now: () => number;
  readonly #accounts = new Map<string, QuotaAccount>();

  /**
   * @param gateways that share the load; each takes its part of every quota
   * @param now ms, of a clock that does not step back
   */
  constructor(gateways: number, now: () => number = () => performance.now()) {
    this.#share = 1 / gateways;
    this.#now = now;
  }

  get accounts(): IterableIterator<QuotaAccount> {
    return this.#accounts.values();
  }

  /** Takes the quotas as they are now. */
  update(quotas: readonly Quota[]): void {
    const nowMs = this.#now();
    const keys = new Set<string>();
    for (const quota of quotas) {
      const key = quotaKey(quota.digest, quota.pattern);
      keys.add(key);
      const account = this.#accounts.get(key);
      if (account === undefined) this.#accounts.set(key, new QuotaAccount(quota, this.#share, nowMs));
      else account.change(quota, this.#share, nowMs);
    }
    for (const key of this.#accounts.keys()) if (!keys.has(key)) this.#accounts.delete(key);
  }

  /** Good until the next change of the metadata; undefined when no quota concerns the key and the stream. @param digest of the API key */
  gate(digest: string, stream: string): QuotaGate | undefined {
    const accounts = [...this.#accounts.values()].filter(({ quota }) => quota.digest === digest && matchesPattern(quota.pattern, stream));
    if (accounts.length === 0) return undefined;
    return {
      refusal: () => {
        const nowMs = this.#now();
        for (const account of accounts) {
          const refusal = account.refusal(nowMs);
          if (refusal !== undefined) return refusal;
        }
        return undefined;
      },
      charge: (events, bytes) => {
        for (const account of accounts) account.charge(events, bytes);
      },
    };
  }

  /** What was written here and has not been told yet. */
  takeUntold(): QuotaUse[] {
    const uses: QuotaUse[] = [];
    for (const [key, account] of this.#accounts) {
      const untold = account.takeUntold();
      if (untold !== undefined) uses.push([key, untold.events, untold.bytes]);
    }
    return uses;
  }

  /** Counts what another worker has told. */
  chargeElsewhere(uses: readonly QuotaUse[]): void {
    for (const [key, events, bytes] of uses) this.#accounts.get(key)?.chargeElsewhere(events, bytes);
  }
}
