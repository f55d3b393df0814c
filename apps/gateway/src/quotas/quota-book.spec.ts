import type { Quota } from '@hercules/metadata';
import { QuotaBook } from './quota-book.ts';

const DIGEST = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const quota = (pattern: string, rates: Partial<Quota>): Quota => ({ digest: DIGEST, prefix: 'shop_', pattern, burstSeconds: 1, ...rates });

function bookOf(gateways: number, ...quotas: Quota[]) {
  const clock = { nowMs: 0 };
  const book = new QuotaBook(gateways, () => clock.nowMs);
  book.update(quotas);
  return { book, clock };
}

describe('QuotaBook', () => {
  it('concerns the key and the streams of the pattern only', () => {
    const { book } = bookOf(1, quota('logs_*', { eventsPerSecond: 1 }));
    expect(book.gate(DIGEST, 'metrics')).toBeUndefined();
    expect(book.gate(OTHER, 'logs_a')).toBeUndefined();
    expect(book.gate(DIGEST, 'logs_a')).toBeDefined();
  });

  it('refuses with the time after which there is more, and says what the quota is', () => {
    const { book, clock } = bookOf(1, quota('logs_*', { eventsPerSecond: 100, bytesPerSecond: 1000 }));
    const gate = book.gate(DIGEST, 'logs_a')!;
    expect(gate.refusal()).toBeUndefined();
    gate.charge(10, 3000);
    const refusal = gate.refusal();
    expect(refusal).toMatchObject({ code: 'QUOTA_EXCEEDED', retryable: true, details: { retryAfterMs: 2001 } });
    expect(refusal!.message).toContain('100 events and 1000 bytes a second for streams "logs_*"');
    clock.nowMs = 2001;
    expect(gate.refusal()).toBeUndefined();
    expect([...book.accounts]).toMatchObject([{ acceptedEvents: 10, acceptedBytes: 3000, refusedBatches: 1, shownKey: 'shop_~abababab' }]);
  });

  it('is shared by all streams of the pattern; every quota counts', () => {
    const { book } = bookOf(1, quota('logs_*', { eventsPerSecond: 10 }), quota('*', { eventsPerSecond: 1000 }));
    book.gate(DIGEST, 'logs_a')!.charge(10, 1);
    expect(book.gate(DIGEST, 'logs_b')!.refusal()).toBeDefined();
    const metrics = book.gate(DIGEST, 'metrics')!;
    expect(metrics.refusal()).toBeUndefined();
    metrics.charge(990, 1);
    expect(metrics.refusal()).toBeDefined();
  });

  it('takes its share of several gateways', () => {
    const { book } = bookOf(4, quota('*', { eventsPerSecond: 100 }));
    const gate = book.gate(DIGEST, 'logs')!;
    gate.charge(25, 1);
    expect(gate.refusal()).toBeDefined();
  });

  it('counts on when rates change, and forgets with the quota', () => {
    const { book, clock } = bookOf(1, quota('*', { eventsPerSecond: 10 }));
    book.gate(DIGEST, 'logs')!.charge(1010, 1);
    book.update([quota('*', { eventsPerSecond: 1000 })]);
    const gate = book.gate(DIGEST, 'logs')!;
    expect(gate.refusal()).toBeDefined();
    clock.nowMs = 1001;
    expect(gate.refusal()).toBeUndefined();
    book.update([]);
    expect(book.gate(DIGEST, 'logs')).toBeUndefined();
  });

  it('counts what other workers have taken, and tells its own once', () => {
    const { book: here } = bookOf(1, quota('*', { eventsPerSecond: 10, bytesPerSecond: 1e6 }));
    const { book: there } = bookOf(1, quota('*', { eventsPerSecond: 10, bytesPerSecond: 1e6 }));
    here.gate(DIGEST, 'logs')!.charge(10, 500);
    const told = here.takeUntold();
    expect(told).toEqual([[`quota/${DIGEST}.*`, 10, 500]]);
    expect(here.takeUntold()).toEqual([]);
    there.chargeElsewhere(told);
    expect(there.gate(DIGEST, 'logs')!.refusal()).toBeDefined();
    expect(there.takeUntold()).toEqual([]);
    expect([...there.accounts]).toMatchObject([{ acceptedEvents: 0 }]);
  });
});
