import { type AuditMinute, compareCounts } from './comparison.ts';
import type { PublishedCounts, PublishedGatewayCounts, PublishedSinkCounts } from './published-counts.ts';

const GROUP = 'g';

const gateway = (minute: number, acknowledged: number, more: Partial<PublishedGatewayCounts> = {}): PublishedGatewayCounts => ({
  app: 'gateway',
  minute,
  acknowledged,
  unconfirmed: 0,
  events: [[minute, acknowledged]],
  ...more,
});
const sink = (minute: number, from: number, to: number, more: Partial<PublishedSinkCounts> = {}): PublishedSinkCounts => ({
  app: 'sink',
  group: GROUP,
  partition: 0,
  minute,
  from,
  to,
  written: to - from,
  duplicated: 0,
  filtered: 0,
  dead: 0,
  absent: 0,
  events: [],
  ...more,
});

interface Given {
  readonly gateways?: readonly PublishedGatewayCounts[];
  readonly sinks?: readonly PublishedSinkCounts[];
  /** Of one partition. */
  readonly bounds: readonly number[];
  readonly earliest?: number;
  readonly committed?: number;
  readonly openFromMinute?: number;
  readonly hasGateways?: boolean;
  readonly keptFromMinute?: number;
}

/** Minutes from 100 on. */
function compare({
  gateways = [],
  sinks = [],
  bounds,
  earliest = 0,
  committed = -1,
  openFromMinute = 1000,
  hasGateways = true,
  keptFromMinute = Infinity,
}: Given): AuditMinute[] {
  const published: PublishedCounts = { gateways, sinks, groups: new Map(sinks.length > 0 || committed >= 0 ? [[GROUP, 'sink']] : []) };
  // A quiet minute follows, as the auditor asks for one more: what stands in it is not known to have moved.
  const compared = compareCounts({
    fromMinute: 100,
    toMinute: 100 + bounds.length,
    openFromMinute,
    keptFromMinute,
    lateAfterMinutes: 5,
    hasGateways,
    published,
    topic: [{ partition: 0, bounds: [...bounds, bounds.at(-1)!], earliest }],
    committed: new Map([[GROUP, [committed]]]),
  });
  return compared.slice(0, -1);
}
const gapsOf = (minutes: readonly AuditMinute[]) =>
  minutes.map(({ gaps }) => gaps.map(({ kind, stage, events }) => `${kind} ${stage} ${events}`));

describe('compareCounts', () => {
  it('has nothing to name when all agree', () => {
    const minutes = compare({
      gateways: [gateway(100, 4), gateway(100, 6), gateway(101, 5)],
      sinks: [sink(100, 0, 10), sink(101, 10, 15)],
      bounds: [0, 10, 15],
      committed: 15,
    });
    expect(gapsOf(minutes)).toEqual([[], []]);
    expect(minutes[0]).toMatchObject({
      gateway: { acknowledged: 10 },
      topic: { records: 10 },
      sinks: [{ written: 10, pending: 0, unknown: 0, missing: 0 }],
    });
  });

  it('names what Kafka has acknowledged and does not have', () => {
    expect(gapsOf(compare({ gateways: [gateway(100, 12)], bounds: [0, 10] }))).toEqual([['missing topic 2']]);
  });

  it('does not take for missing what stands in the next minute by the order of the topic', () => {
    const minutes = compare({ gateways: [gateway(100, 12), gateway(101, 8)], bounds: [0, 10, 20] });
    expect(gapsOf(minutes)).toEqual([[], []]);
    expect(minutes[0]!.topic).toMatchObject({ records: 10, movedToNext: 2 });
    expect(gapsOf(compare({ gateways: [gateway(100, 12), gateway(101, 9)], bounds: [0, 10, 20] }))).toEqual([['missing topic 1'], []]);
    expect(gapsOf(compare({ gateways: [gateway(100, 8), gateway(101, 12)], bounds: [0, 10, 20] }))).toEqual([
      ['uncounted gateway 2'],
      ['missing topic 2'],
    ]);
  });

  it('moves events on although the next minute has given away some of its own', () => {
    const gateways = [100, 101, 102].map((minute) => gateway(minute, 1000));
    // 5 of the first minute stand in the second, 2 of the second in the third.
    const minutes = compare({ gateways, bounds: [0, 995, 1998, 3000] });
    expect(gapsOf(minutes)).toEqual([[], [], []]);
    expect(minutes.map(({ topic }) => topic.movedToNext)).toEqual([5, 2, 0]);
    // A minute passes on a tenth of its events at most: this one is really gone.
    expect(gapsOf(compare({ gateways: [gateway(100, 9), gateway(101, 5), gateway(102, 4)], bounds: [0, 8, 13, 18] }))).toEqual([
      ['missing topic 1'],
      [],
      ['uncounted gateway 1'],
    ]);
  });

  it('says uncounted of what only the topic knows, unless it was not confirmed', () => {
    expect(gapsOf(compare({ gateways: [gateway(100, 7)], bounds: [0, 10] }))).toEqual([['uncounted gateway 3']]);
    expect(gapsOf(compare({ gateways: [gateway(100, 7, { unconfirmed: 5 })], bounds: [0, 10] }))).toEqual([[]]);
  });

  it('does not compare a derived stream with gateways', () => {
    expect(gapsOf(compare({ bounds: [0, 10], hasGateways: false }))).toEqual([[]]);
  });

  it('names no difference to the topic while a minute is open, or when Kafka has deleted a part of it', () => {
    expect(gapsOf(compare({ gateways: [gateway(100, 7)], bounds: [0, 10], openFromMinute: 100 }))).toEqual([[]]);
    expect(gapsOf(compare({ gateways: [gateway(100, 20)], bounds: [50, 60], earliest: 50 }))).toEqual([[]]);
  });

  it('compares minutes that retention cannot have reached, although a partition has nothing left', () => {
    const idle = { gateways: [gateway(100, 20)], bounds: [50, 60], earliest: 50 };
    expect(gapsOf(compare({ ...idle, keptFromMinute: 101 }))).toEqual([[]]);
    expect(gapsOf(compare({ ...idle, keptFromMinute: 100 }))).toEqual([['missing topic 10']]);
  });

  it('does not take what was counted of an earlier stream of the same name for progress in this one', () => {
    const minutes = compare({ gateways: [gateway(100, 10)], sinks: [sink(50, 0, 5000)], bounds: [0, 10] });
    expect(gapsOf(minutes)).toEqual([['pending g 10']]);
  });

  it('tells waiting from passed and not counted', () => {
    // Committed to 14, counted to 8: of the first minute 2 are not known, of the second 4; the last 6 wait.
    const minutes = compare({
      gateways: [gateway(100, 10), gateway(101, 10)],
      sinks: [sink(100, 0, 8)],
      bounds: [0, 10, 20],
      committed: 14,
    });
    expect(gapsOf(minutes)).toEqual([['unknown g 2'], ['unknown g 4', 'pending g 6']]);
  });

  it('knows a group that has been silent, and that counts may be ahead of the commit', () => {
    expect(gapsOf(compare({ gateways: [gateway(100, 10)], sinks: [sink(50, 0, 0)], bounds: [0, 10], committed: 0 }))).toEqual([
      ['pending g 10'],
    ]);
    expect(gapsOf(compare({ gateways: [gateway(100, 10)], sinks: [sink(100, 0, 10)], bounds: [0, 10], committed: 3 }))).toEqual([[]]);
  });

  it('names what was passed over, dead letters and duplicates', () => {
    const counted = sink(100, 0, 10, { written: 4, duplicated: 1, dead: 2, filtered: 1, absent: 1 });
    expect(gapsOf(compare({ gateways: [gateway(100, 10)], sinks: [counted], bounds: [0, 10], committed: 10 }))).toEqual([
      ['missing g 2', 'duplicated g 1', 'dead_lettered g 2'],
    ]);
  });

  it('names late events', () => {
    const counted = gateway(100, 10, { events: [[100, 4], [95, 3], [94, 2], [-1, 1]] }); // prettier-ignore
    expect(gapsOf(compare({ gateways: [counted], bounds: [0, 10] }))).toEqual([['late gateway 3']]);
  });
});
