import { blockOf, type FixtureRecord, recordsOf } from './block.fixture.ts';
import { FAR_FUTURE, FAR_PAST } from './minutes.ts';
import { PartitionLedger } from './partition-ledger.ts';

const WRITTEN = 0;
const MINUTE = 29_000_000;

const settle = (ledger: PartitionLedger, records: readonly FixtureRecord[], range?: { first?: number; last?: number }): void =>
  ledger.settle(blockOf(records, range), new Uint8Array(records.length).fill(WRITTEN));
const shown = (ledger: PartitionLedger) =>
  ledger.unpublished().map((minute) => ({ minute: minute.minute - MINUTE, ...minute.counts('app'), app: undefined }));
const counts = (more: object) => ({ app: undefined, written: 0, duplicated: 0, filtered: 0, dead: 0, absent: 0, ...more });

describe('PartitionLedger', () => {
  it('counts outcomes and event times of each minute of arrival', () => {
    const ledger = new PartitionLedger();
    ledger.settle(
      blockOf([...recordsOf(10, 5, MINUTE), { offset: 15, minute: MINUTE, happened: MINUTE - 3 }, { offset: 16, minute: MINUTE + 1 }]),
      Uint8Array.of(0, 1, 2, 3, 0, 0, 0),
    );
    expect(shown(ledger)).toEqual([
      counts({
        minute: 0,
        from: 10,
        to: 16,
        written: 4,
        duplicated: 1,
        filtered: 1,
        dead: 1,
        events: [
          [MINUTE, 3],
          [MINUTE - 3, 1],
        ],
      }),
      counts({ minute: 1, from: 16, to: 17, written: 1, events: [[MINUTE + 1, 1]] }),
    ]);
  });

  it('never goes back to a minute that is over: its bounds are those that Kafka finds', () => {
    const ledger = new PartitionLedger();
    settle(ledger, [
      { offset: 0, minute: MINUTE },
      { offset: 1, minute: MINUTE + 1 },
      { offset: 2, minute: MINUTE },
    ]);
    expect(shown(ledger)).toMatchObject([
      { minute: 0, from: 0, to: 1, written: 1 },
      { minute: 1, from: 1, to: 3, written: 2 },
    ]);
  });

  it('counts offsets without a record, but not those that were never read', () => {
    const ledger = new PartitionLedger();
    settle(
      ledger,
      [
        { offset: 1, minute: MINUTE },
        { offset: 3, minute: MINUTE },
      ],
      { first: 0, last: 4 },
    );
    settle(ledger, recordsOf(10, 1, MINUTE));
    expect(shown(ledger)).toMatchObject([{ from: 0, to: 11, written: 3, absent: 3 }]);
  });

  it('goes on from the note that was committed, and counts no offset twice', () => {
    const first = new PartitionLedger();
    settle(first, [...recordsOf(0, 3, MINUTE), ...recordsOf(3, 2, MINUTE + 1)]);
    const note = first.note();
    settle(first, recordsOf(5, 4, MINUTE + 1)); // settled and not committed
    const second = new PartitionLedger(5, note);
    settle(second, [...recordsOf(5, 4, MINUTE + 1), ...recordsOf(9, 1, MINUTE + 2)]);
    expect(shown(second)).toMatchObject([
      { minute: 0, from: 0, to: 3, written: 3 },
      { minute: 1, from: 3, to: 9, written: 6, events: [[MINUTE + 1, 6]] },
      { minute: 2, from: 9, to: 10, written: 1 },
    ]);
  });

  it('leaves published minutes out of the note', () => {
    const ledger = new PartitionLedger();
    settle(ledger, [...recordsOf(0, 3, MINUTE), ...recordsOf(3, 2, MINUTE + 1)]);
    expect(ledger.hasClosedMinutes).toBe(true);
    for (const minute of ledger.unpublished()) minute.keptVersion = minute.version;
    expect(ledger.hasClosedMinutes).toBe(false);
    expect(JSON.parse(ledger.note())).toEqual({ audit: 1, next: 5, open: [MINUTE + 1, 3, 5, 2, 0, 0, 0, 0], events: [[0, 2]] });
  });

  it.each([
    ['of somebody else', 5, 'hello'],
    ['for another offset', 4, JSON.stringify({ audit: 1, next: 5, open: [MINUTE, 0, 5, 5, 0, 0, 0, 0] })],
    ['of another form', 5, JSON.stringify({ audit: 1, next: 5, open: [MINUTE, 0, 'x'] })],
  ])('begins anew when the note is %s', (_, offset, note) => {
    const ledger = new PartitionLedger(offset, note);
    settle(ledger, recordsOf(offset, 2, MINUTE));
    expect(shown(ledger)).toMatchObject([{ from: offset, to: offset + 2, written: 2 }]);
  });

  it('begins anew when the group is set back', () => {
    const ledger = new PartitionLedger();
    settle(ledger, recordsOf(10, 5, MINUTE + 1));
    settle(ledger, recordsOf(2, 3, MINUTE));
    expect(shown(ledger)).toMatchObject([
      { minute: 1, from: 10, to: 15, written: 5 },
      { minute: 0, from: 2, to: 5, written: 3 },
    ]);
  });

  it('keeps event times of any distance in a note, and a note below what Kafka takes', () => {
    const ledger = new PartitionLedger();
    const far = [
      { offset: 0, minute: MINUTE, happened: 1 },
      { offset: 1, minute: MINUTE, happened: MINUTE + 100_000 },
      { offset: 2, minute: MINUTE, happened: MINUTE + 2 },
    ];
    settle(ledger, far);
    const restored = new PartitionLedger(3, ledger.note());
    settle(restored, recordsOf(3, 1, MINUTE));
    expect(
      restored
        .unpublished()[0]!
        .events.entries()
        .sort(([a], [b]) => a - b),
    ).toEqual([
      [FAR_FUTURE, 1],
      [FAR_PAST, 1],
      [MINUTE, 1],
      [MINUTE + 2, 1],
    ]);
    for (let minute = 1; minute <= 500; minute++) settle(ledger, recordsOf(2 + minute, 1, MINUTE + minute));
    expect(ledger.note().length).toBeLessThan(4000);
    // A day without the audit topic must not fill the memory, nor make every commit slower.
    expect(ledger.unpublished()).toHaveLength(241);
    // The newest closed minutes are kept: they are the least likely to be published.
    const late = new PartitionLedger(503, ledger.note());
    expect(late.unpublished().at(-2)).toMatchObject({ minute: MINUTE + 499, written: 1 });
  });
});
