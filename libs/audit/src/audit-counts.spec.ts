import { AuditCounts } from './audit-counts.ts';
import { eventBytes } from './block.fixture.ts';
import { MINUTE_MS, minuteOfMs } from './minutes.ts';

const NOW = minuteOfMs(Date.now());

function send(counts: AuditCounts, minute: number, events: number, isAcknowledged = true): void {
  const tally = counts.begin('logs', minute * MINUTE_MS + 5);
  for (let i = 0; i < events; i++) tally.add(eventBytes(minute), 0, 27);
  tally.settle(isAcknowledged);
}
const changesOf = (counts: AuditCounts) => [...counts.changes()];

describe('AuditCounts', () => {
  it('adds up the batches of a minute, apart by whether Kafka has acknowledged them', () => {
    const counts = new AuditCounts('gateway', 'p', 1000);
    send(counts, NOW, 3);
    send(counts, NOW, 2);
    send(counts, NOW, 7, false);
    send(counts, NOW - 1, 1);
    expect(changesOf(counts)).toMatchObject([
      {
        stream: 'logs',
        key: `["gateway","logs","p",${NOW}]`,
        value: { app: 'gateway', acknowledged: 5, unconfirmed: 7, events: [[NOW, 5]] },
      },
      { key: `["gateway","logs","p",${NOW - 1}]`, value: { acknowledged: 1 } },
    ]);
  });

  it('counts a batch by its arrival, however late it is settled', () => {
    const counts = new AuditCounts('gateway', 'p', 1000);
    const tally = counts.begin('logs', NOW * MINUTE_MS - 1);
    tally.add(eventBytes(NOW), 0, 27);
    send(counts, NOW, 1);
    tally.settle(true);
    expect(changesOf(counts).map(({ key }) => key)).toEqual([`["gateway","logs","p",${NOW}]`, `["gateway","logs","p",${NOW - 1}]`]);
  });

  it('keeps a day of minutes that cannot be published, and no more', () => {
    const counts = new AuditCounts('gateway', 'p', 1000);
    for (let minute = NOW - 1500; minute <= NOW; minute++) send(counts, minute, 1);
    expect(changesOf(counts)).toHaveLength(1440);
    expect(changesOf(counts).at(-1)!.key).toBe(`["gateway","logs","p",${NOW}]`);
  });

  it('gives what is not kept again, cumulative, and what has changed meanwhile', () => {
    const counts = new AuditCounts('gateway', 'p', 1000);
    send(counts, NOW, 3);
    const [first] = changesOf(counts);
    send(counts, NOW, 1);
    first!.kept();
    const [second] = changesOf(counts);
    expect(second!.value).toMatchObject({ acknowledged: 4 });
    second!.kept();
    expect(changesOf(counts)).toEqual([]);
  });

  it('forgets minutes that are published and can change no more, never others', () => {
    const counts = new AuditCounts('gateway', 'p', 60_000);
    send(counts, NOW - 10, 3);
    expect(changesOf(counts)).toHaveLength(1);
    const [change] = changesOf(counts);
    change!.kept();
    changesOf(counts);
    send(counts, NOW - 10, 1);
    // Forgotten, so it begins anew: that is why only minutes that are settled are.
    expect(changesOf(counts)[0]!.value).toMatchObject({ acknowledged: 1 });
    const recent = new AuditCounts('gateway', 'p', 60_000);
    send(recent, NOW, 3);
    changesOf(recent)[0]!.kept();
    changesOf(recent);
    send(recent, NOW, 1);
    expect(changesOf(recent)[0]!.value).toMatchObject({ acknowledged: 4 });
  });
});
