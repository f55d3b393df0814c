import { isLate } from './minutes.ts';
import type { PublishedCounts, PublishedSinkCounts } from './published-counts.ts';
import type { PartitionMinutes } from './topic-minutes.ts';

export type GapKind = 'missing' | 'uncounted' | 'unknown' | 'pending' | 'late' | 'duplicated' | 'dead_lettered';

/** A difference between two stages, by its name. */
export interface Gap {
  readonly kind: GapKind;
  /** `gateway`, `topic`, or the consumer group of a sink. */
  readonly stage: string;
  readonly events: number;
  readonly text: string;
}

export interface SinkMinute {
  readonly group: string;
  readonly app: string;
  readonly written: number;
  /** Of the written ones. */
  readonly duplicated: number;
  readonly filtered: number;
  readonly deadLettered: number;
  /** Not read, or not at their end. */
  readonly pending: number;
  /** Passed by the group and not counted by anybody whose counts are known. */
  readonly unknown: number;
  /** Passed over: counted from before to behind them, without them. */
  readonly missing: number;
}

/** One minute of arrival of a stream. */
export interface AuditMinute {
  /** In minutes since 1970. */
  readonly minute: number;
  /** Its counts may not all be published yet, so differences between gateways and topic are not named. */
  readonly isOpen: boolean;
  readonly gateway: { readonly acknowledged: number; readonly unconfirmed: number; readonly late: number };
  readonly topic: {
    readonly records: number;
    /** Kafka has deleted records of this minute. */
    readonly isExpired: boolean;
    /** Of the gateways' events of this minute, those that stand in the next one by the order of the topic. */
    readonly movedToNext: number;
  };
  readonly sinks: readonly SinkMinute[];
  readonly gaps: readonly Gap[];
}

export interface ComparisonInput {
  readonly fromMinute: number;
  readonly toMinute: number;
  /** Minutes from this one on are open. */
  readonly openFromMinute: number;
  readonly lateAfterMinutes: number;
  /** Retention has not reached the minutes from this one on. */
  readonly keptFromMinute: number;
  /** Gateways write the stream; a derived one is filled from its sources, whose audits have that group. */
  readonly hasGateways: boolean;
  readonly published: PublishedCounts;
  /** Bounds from `fromMinute` to `toMinute`. */
  readonly topic: readonly PartitionMinutes[];
  /** By group, then by partition: next offset to read; −1 = nothing committed. */
  readonly committed: ReadonlyMap<string, readonly number[]>;
}

/** Of the events of a minute, the part that may stand in the next one without its lacking them. */
const MOST_PASSED_ON = 0.1;

/** Compares what the gateways, the topic and the sinks know of each minute of arrival, and names what differs. */
export function compareCounts(input: ComparisonInput): AuditMinute[] {
  const { fromMinute, toMinute, openFromMinute, keptFromMinute, hasGateways, topic } = input;
  const count = Math.max(0, toMinute - fromMinute);
  const records = Array.from({ length: count }, (_, i) => topic.reduce((sum, { bounds }) => sum + bounds[i + 1]! - bounds[i]!, 0));
  const gateways = gatewayMinutes(input, count);
  const moved = movedEvents(gateways, records);
  const index = indexOf(input.published.sinks, fromMinute);
  const minutes: AuditMinute[] = [];
  for (let i = 0; i < count; i++) {
    const minute = fromMinute + i;
    const isOpen = minute >= openFromMinute;
    // A partition that holds nothing more begins every minute at its earliest offset, also those of which nothing has been deleted.
    const isExpired = minute < keptFromMinute && topic.some(({ bounds, earliest }) => earliest > 0 && bounds[i]! <= earliest);
    const gateway = gateways[i]!;
    const sinks = [...input.published.groups].map(([group, app]) => sinkMinute(input, index, i, group, app));
    const topicMinute = { records: records[i]!, isExpired, movedToNext: moved[i]! };
    const arrived = records[i]! + moved[i]! - (moved[i - 1] ?? 0);
    const gaps = [
      ...(isOpen || isExpired || !hasGateways ? [] : topicGaps(gateway, arrived)),
      ...lateGap(gateway.late, input.lateAfterMinutes),
      ...sinks.flatMap(sinkGaps),
    ];
    minutes.push({ minute, isOpen, gateway, topic: topicMinute, sinks, gaps });
  }
  return minutes;
}

type GatewayMinute = AuditMinute['gateway'];

function gatewayMinutes({ published, fromMinute, lateAfterMinutes }: ComparisonInput, count: number): GatewayMinute[] {
  const minutes = Array.from({ length: count }, () => ({ acknowledged: 0, unconfirmed: 0, late: 0 }));
  for (const { minute, acknowledged, unconfirmed, events } of published.gateways) {
    const sum = minutes[minute - fromMinute];
    if (sum === undefined) continue;
    sum.acknowledged += acknowledged;
    sum.unconfirmed += unconfirmed;
    for (const [bucket, number] of events) if (isLate(minute, bucket, lateAfterMinutes)) sum.late += number;
  }
  return minutes;
}

/**
 * Records of several gateways interleave, so an event of the last moment of a minute may stand behind the first one of the next, to which the topic's order then
 * counts it. Never the other way round: only what is too much is moved, and only as far as the next minute has room: what it has too much by the same
 * measure, and what it may have passed on itself.
 */
function movedEvents(gateways: readonly GatewayMinute[], records: readonly number[]): number[] {
  const room: number[] = [];
  for (let i = records.length - 1; i >= 0; i--) {
    const next = gateways[i + 1];
    // Nobody knows what stands behind the last minute.
    room[i] =
      next === undefined
        ? passedOn(gateways[i]!)
        : Math.max(0, records[i + 1]! - next.acknowledged + Math.min(room[i + 1]!, passedOn(next)));
  }
  const moved: number[] = [];
  for (let i = 0; i < records.length; i++) {
    const lacking = gateways[i]!.acknowledged - (records[i]! - (moved[i - 1] ?? 0));
    moved.push(Math.max(0, Math.min(lacking, room[i]!)));
  }
  return moved;
}

/** How many of its events a minute may have passed on: those of its last moments. */
function passedOn({ acknowledged }: GatewayMinute): number {
  return Math.floor(acknowledged * MOST_PASSED_ON);
}

function topicGaps({ acknowledged, unconfirmed }: GatewayMinute, arrived: number): Gap[] {
  if (acknowledged > arrived) {
    const events = acknowledged - arrived;
    return [{ kind: 'missing', stage: 'topic', events, text: `${events} events that Kafka has acknowledged are not in the topic` }];
  }
  const events = arrived - acknowledged - unconfirmed;
  if (events <= 0) return [];
  const text = `${events} records are in the topic that no gateway has counted: written by a processor, a replay or another producer, or by a gateway that crashed`;
  return [{ kind: 'uncounted', stage: 'gateway', events, text }];
}

function lateGap(events: number, lateAfterMinutes: number): Gap[] {
  if (events === 0) return [];
  return [
    { kind: 'late', stage: 'gateway', events, text: `${events} events came more than ${lateAfterMinutes} minutes after they happened` },
  ];
}

function sinkMinute(
  { topic, committed, fromMinute }: ComparisonInput,
  index: SinkIndex,
  i: number,
  group: string,
  app: string,
): SinkMinute {
  const sums = { written: 0, duplicated: 0, filtered: 0, deadLettered: 0, pending: 0, unknown: 0, missing: 0 };
  for (const { partition, bounds } of topic) {
    const [begin, end] = [bounds[i]!, bounds[i + 1]!];
    const ofPartition = index.get(`${group}/${partition}`);
    // Counts are published as soon as records are at their end, which may be before the commit.
    const reached = Math.max(ofPartition?.countedTo ?? -1, committed.get(group)?.[partition] ?? -1);
    const passed = Math.max(0, Math.min(end, reached) - begin);
    sums.pending += end - begin - passed;
    const counts = ofPartition?.byMinute.get(fromMinute + i);
    const spanned = counts === undefined ? 0 : Math.max(0, Math.min(counts.to, end) - Math.max(counts.from, begin));
    sums.unknown += Math.max(0, passed - spanned);
    if (counts === undefined) continue;
    sums.written += counts.written;
    sums.duplicated += counts.duplicated;
    sums.filtered += counts.filtered;
    sums.deadLettered += counts.dead;
    sums.missing += Math.max(0, counts.to - counts.from - sumOf(counts));
  }
  return { group, app, ...sums };
}

/** By `<group>/<partition>`. */
type SinkIndex = ReadonlyMap<string, { readonly countedTo: number; readonly byMinute: ReadonlyMap<number, PublishedSinkCounts> }>;

/** Minutes before the window say nothing of it, and may be those of an earlier stream of the same name, with other offsets. */
function indexOf(sinks: readonly PublishedSinkCounts[], fromMinute: number): SinkIndex {
  const index = new Map<string, { countedTo: number; byMinute: Map<number, PublishedSinkCounts> }>();
  for (const counts of sinks) {
    if (counts.minute < fromMinute) continue;
    const key = `${counts.group}/${counts.partition}`;
    const entry = index.get(key) ?? { countedTo: -1, byMinute: new Map<number, PublishedSinkCounts>() };
    entry.countedTo = Math.max(entry.countedTo, counts.to);
    entry.byMinute.set(counts.minute, counts);
    index.set(key, entry);
  }
  return index;
}

function sumOf({ written, filtered, dead, absent }: PublishedSinkCounts): number {
  return written + filtered + dead + absent;
}

function sinkGaps({ group: stage, duplicated, deadLettered, pending, unknown, missing }: SinkMinute): Gap[] {
  const gaps: Gap[] = [
    {
      kind: 'missing',
      stage,
      events: missing,
      text: `${missing} records were passed over: the group was set forward, or Kafka deleted them first`,
    },
    { kind: 'unknown', stage, events: unknown, text: `${unknown} records are passed and their counts are not known, or not yet` },
    { kind: 'pending', stage, events: pending, text: `${pending} records wait to be stored` },
    { kind: 'duplicated', stage, events: duplicated, text: `${duplicated} events were in the store already` },
    { kind: 'dead_lettered', stage, events: deadLettered, text: `${deadLettered} events are dead letters` },
  ];
  return gaps.filter(({ events }) => events > 0);
}
