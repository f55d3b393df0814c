import type { MetadataRegistry } from '@hercules/metadata';
import { hearSiblings, type MetricsRegistry, tellSiblings } from '@hercules/service';
import type { QuotaBook, QuotaUse } from './quota-book.ts';

export { QuotaBook, type QuotaGate } from './quota-book.ts';

const TOPIC = 'quota-use';
/** How often the workers of a gateway tell each other what was written; in the meantime each counts only its own. In ms. */
const TELL_MS = 50;

/** Lets the book follow the metadata, and the workers of this gateway count together. The returned function ends that. */
export function keepQuotaBook(book: QuotaBook, registry: Pick<MetadataRegistry, 'quotas' | 'onChange'>): () => void {
  book.update(registry.quotas());
  const stopFollowing = registry.onChange((kind) => {
    if (kind === 'quota') book.update(registry.quotas());
  });
  const stopHearing = hearSiblings(TOPIC, (uses) => book.chargeElsewhere(uses as QuotaUse[]));
  const timer = setInterval(() => {
    const uses = book.takeUntold();
    if (uses.length > 0) tellSiblings(TOPIC, uses);
  }, TELL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    stopHearing();
    stopFollowing();
  };
}

/** What was written under each quota and what was refused. @param metrics keys are shown by prefix and the first digits of their digest */
export function registerQuotaMetrics(metrics: Pick<MetricsRegistry, 'counterFrom' | 'gaugeFrom'>, book: QuotaBook): void {
  const labels = ['key', 'streams'];
  const counters = [
    ['hercules_gateway_quota_accepted_events_total', 'Events that were taken under a quota', 'acceptedEvents'],
    ['hercules_gateway_quota_accepted_bytes_total', 'Bytes of events that were taken under a quota', 'acceptedBytes'],
    ['hercules_gateway_quota_refused_batches_total', 'Batches that were refused because a quota is used up', 'refusedBatches'],
  ] as const;
  for (const [name, help, field] of counters) {
    metrics.counterFrom(name, help, labels, () =>
      [...book.accounts].map((account) => ({ labels: { key: account.shownKey, streams: account.quota.pattern }, value: account[field] })),
    );
  }
  metrics.gaugeFrom(
    'hercules_gateway_quota_rate',
    'What a quota allows a second, for all gateways together',
    [...labels, 'unit'],
    () =>
      [...book.accounts].flatMap(({ shownKey, quota }) =>
        (
          [
            ['events', quota.eventsPerSecond],
            ['bytes', quota.bytesPerSecond],
          ] as const
        ).flatMap(([unit, value]) => (value === undefined ? [] : [{ labels: { key: shownKey, streams: quota.pattern, unit }, value }])),
      ),
    'max',
  );
}
