import { type Quota, shortDigest } from '@hercules/metadata';
import { HerculesError, TokenBucket } from '@hercules/protocol';

/** What has been written under one quota: its buckets, and what /metrics shows. */
export class QuotaAccount {
  acceptedEvents = 0;
  acceptedBytes = 0;
  refusedBatches = 0;
  #quota: Quota;
  #events: TokenBucket | undefined;
  #bytes: TokenBucket | undefined;
  /** Not told to the other workers yet. */
  #untoldEvents = 0;
  #untoldBytes = 0;

  /** @param share of the quota that is this gateway's, above 0 and up to 1 */
  constructor(quota: Quota, share: number, nowMs: number) {
    this.#quota = quota;
    this.change(quota, share, nowMs);
  }

  get quota(): Quota {
    return this.#quota;
  }

  /** The key as logs show it. */
  get shownKey(): string {
    return `${this.#quota.prefix}~${shortDigest(this.#quota.digest)}`;
  }

  /** Goes on with other rates; what has been used counts on. */
  change(quota: Quota, share: number, nowMs: number): void {
    this.#quota = quota;
    this.#events = changed(this.#events, quota.eventsPerSecond, quota.burstSeconds, share, nowMs);
    this.#bytes = changed(this.#bytes, quota.bytesPerSecond, quota.burstSeconds, share, nowMs);
  }

  /** QUOTA_EXCEEDED with `retryAfterMs` while nothing may be written. */
  refusal(nowMs: number): HerculesError | undefined {
    const waitMs = Math.max(this.#events?.waitMs(nowMs) ?? 0, this.#bytes?.waitMs(nowMs) ?? 0);
    if (waitMs === 0) return undefined;
    this.refusedBatches++;
    const { pattern, eventsPerSecond, bytesPerSecond } = this.#quota;
    const rates = [...rateText(eventsPerSecond, 'events'), ...rateText(bytesPerSecond, 'bytes')].join(' and ');
    const retryAfterMs = Math.ceil(waitMs);
    return new HerculesError(
      'QUOTA_EXCEEDED',
      `This API key has used up its quota of ${rates} a second for streams ${JSON.stringify(pattern)}; there is more in ${retryAfterMs} ms`,
      { details: { retryAfterMs } },
    );
  }

  /** Counts what was taken here. */
  charge(events: number, bytes: number): void {
    this.acceptedEvents += events;
    this.acceptedBytes += bytes;
    this.#untoldEvents += events;
    this.#untoldBytes += bytes;
    this.chargeElsewhere(events, bytes);
  }

  /** Counts what another worker has taken. */
  chargeElsewhere(events: number, bytes: number): void {
    this.#events?.take(events);
    this.#bytes?.take(bytes);
  }

  /** What was charged since this was asked last; undefined for nothing. */
  takeUntold(): { events: number; bytes: number } | undefined {
    if (this.#untoldEvents === 0 && this.#untoldBytes === 0) return undefined;
    const untold = { events: this.#untoldEvents, bytes: this.#untoldBytes };
    this.#untoldEvents = 0;
    this.#untoldBytes = 0;
    return untold;
  }
}

function changed(
  bucket: TokenBucket | undefined,
  rate: number | undefined,
  burstSeconds: number,
  share: number,
  nowMs: number,
): TokenBucket | undefined {
  if (rate === undefined) return undefined;
  const own = rate * share;
  if (bucket === undefined) return new TokenBucket(own, own * burstSeconds, nowMs);
  bucket.change(own, own * burstSeconds, nowMs);
  return bucket;
}

function rateText(rate: number | undefined, unit: string): string[] {
  return rate === undefined ? [] : [`${rate} ${unit}`];
}
