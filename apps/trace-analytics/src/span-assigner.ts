import { HPath, int32, TagSelector, TextCache, TypeCode } from '@hercules/protocol';
import { type Contributions, type EventAssigner, type GroupMemo, windowStart } from '@hercules/streaming';
import { OTHER } from './series.ts';
import { type Series, SeriesTable } from './series-table.ts';
import type { SpanAggregate } from './span-aggregate.ts';
import type { SpanColumns, SpanFacts } from './span-columns.ts';
import type { TraceListener } from './trace-listener.ts';
import { TraceTable } from './trace-table.ts';

const PATHS = [
  'traceId',
  'spanId',
  'parentSpanId',
  'beginTimestampUtc',
  'endTimestampUtc',
  'annotations/application',
  'annotations/operation',
  'annotations/kind',
  'annotations/host',
  'annotations/status',
  'annotations/http.response.code',
  'annotations/http.client.name',
] as const;
const [TRACE_ID, SPAN_ID, PARENT_ID, BEGIN, END, APPLICATION, OPERATION, KIND, HOST, STATUS, CODE, CLIENT_NAME] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
] as const;
const TICKS_PER_US = 10;
const US_PER_MS = 1000;
const TWO_32 = 2 ** 32;
const TIMESTAMP_AT = 1;
/** Values of `status` that are failures. */
const FAILED = new Set(['error', 'failure', 'failed', 'fail', 'exception', 'timeout']);
const SERVER_ERROR = 500;
/** Replicas are looked at second by second. */
const REPLICA_PERIOD_MS = 1000;
const MOST_NAMED = 100;

export interface SpanAssignerOptions {
  /** Lengths of windows, in ms, the shortest first, which is counted; each of the others is a multiple of the one before, and is made of those. */
  readonly periodsMs: readonly number[];
  readonly latenessMs: number;
  readonly requestKinds: readonly string[];
  readonly clientKinds: readonly string[];
  readonly replicaTags: readonly string[];
  readonly maxSeries: number;
  readonly seriesExpiryMs: number;
  readonly traceWindowMs: number;
  readonly maxHeldSpans: number;
}

/** Numbers of all partitions together; /metrics reads them. */
export interface SpanCounters {
  /** Spans beyond the bound of series, by application. */
  readonly overflowed: Map<string, number>;
  /** Traces that were told before their time, because too many spans were held. */
  readonly traces: { early: number };
}

const [REQUESTS, CALLS, REPLICAS] = [0, 1, 2] as const;

/**
 * Reads spans (protocol §10.4). Each counts as a request of its application, operation, kind and host; as a call when it is the calling side and names whom it calls; and for the weight
 * of its replica when it is the serving side. Calls that only show when child and parent are seen together, and critical paths, follow from the trace table.
 */
export class SpanAssigner implements EventAssigner<SpanAggregate>, TraceListener {
  eventMs = 0;
  targets = 0;
  readonly periodsMs: number[] = [];
  readonly latenessesMs: number[] = [];
  readonly keys: string[] = [];
  readonly memos: GroupMemo<SpanAggregate>[] = [];
  readonly #kinds: number[] = [];
  readonly #options: SpanAssignerOptions;
  readonly #counters: SpanCounters;
  readonly #selector: TagSelector;
  /** Of the annotations that tell replicas apart; those that are read anyway have one slot. */
  readonly #replicaSlots: readonly number[];
  readonly #series: SeriesTable;
  readonly #texts = new TextCache();
  /** Of the texts that were read since it was 0. */
  #hash = 0;
  readonly #traces: TraceTable;
  readonly #requestKinds: ReadonlySet<string>;
  readonly #clientKinds: ReadonlySet<string>;
  readonly #span: SpanFacts = {
    idHigh: 0,
    idLow: 0,
    parentHigh: 0,
    parentLow: 0,
    beginUs: 0,
    endUs: 0,
    application: '',
    operation: '',
    isFailed: false,
    namesCallee: false,
  };
  readonly #periodMs: number;
  readonly #longestMs: number;
  /** The shortest window that was asked about last. */
  #lastStartMs = -Infinity;
  #lastLatenessMs = 0;
  /** Statuses repeat. */
  #lastStatus = '';
  #isLastFailure = false;
  #replica = '';
  #contributions: Contributions<SpanAggregate> | undefined;

  constructor(options: SpanAssignerOptions, counters: SpanCounters) {
    this.#options = options;
    this.#periodMs = options.periodsMs[0]!;
    this.#longestMs = options.periodsMs.at(-1)!;
    this.#counters = counters;
    const replicaPaths = options.replicaTags.map((tag) => `annotations/${tag}`);
    const paths = [...new Set<string>([...PATHS, ...replicaPaths])];
    this.#replicaSlots = replicaPaths.map((path) => paths.indexOf(path));
    this.#selector = new TagSelector(paths.map((path) => HPath.parse(path)));
    this.#series = new SeriesTable(options.maxSeries, options.seriesExpiryMs);
    this.#traces = new TraceTable({ windowMs: options.traceWindowMs, maxSpans: options.maxHeldSpans }, counters.traces);
    this.#requestKinds = new Set(options.requestKinds);
    this.#clientKinds = new Set(options.clientKinds);
  }

  get firstOffset(): number {
    return this.#traces.firstOffset;
  }

  read(buffer: Buffer, start: number, end: number): boolean {
    const selector = this.#selector;
    selector.select(buffer, start, end);
    const { types, starts } = selector;
    this.targets = 0;
    if (types[BEGIN] !== TypeCode.LONG) return false;
    this.#readTimes(buffer, starts[BEGIN]!, types[END] === TypeCode.LONG ? starts[END]! : start + TIMESTAMP_AT);
    const span = this.#span;
    this.#hash = 0;
    span.application = this.#text(buffer, APPLICATION) || 'unknown';
    span.operation = this.#text(buffer, OPERATION);
    const kind = this.#text(buffer, KIND);
    const host = this.#text(buffer, HOST);
    this.#addTarget(REQUESTS, this.#requestSeries(kind, host), this.#periodMs);
    span.isFailed = this.#failed(buffer);
    span.namesCallee = false;
    if (this.#clientKinds.has(kind)) {
      const callee = this.#text(buffer, CLIENT_NAME);
      span.namesCallee = callee !== '';
      if (span.namesCallee) this.#addTarget(CALLS, this.#series.calls(span.application, callee), this.#periodMs);
    } else if (this.#requestKinds.has(kind)) {
      this.#replica = this.#findReplica(buffer, host);
      if (this.#replica !== '') this.#addTarget(REPLICAS, this.#series.replicas(span.application), REPLICA_PERIOD_MS);
    }
    return true;
  }

  accepted(buffer: Buffer, _start: number, offset: number, to: Contributions<SpanAggregate>): void {
    const { types, starts } = this.#selector;
    if (types[TRACE_ID] !== TypeCode.UUID || types[SPAN_ID] !== TypeCode.UUID) return;
    const span = this.#span;
    const traceHigh = highOf(buffer, starts[TRACE_ID]!);
    const traceLow = lowOf(buffer, starts[TRACE_ID]!);
    span.idHigh = highOf(buffer, starts[SPAN_ID]!);
    span.idLow = lowOf(buffer, starts[SPAN_ID]!);
    // An id of nothing but zeros stands for none.
    if ((traceHigh | traceLow) === 0 || (span.idHigh | span.idLow) === 0) return;
    const hasParent = types[PARENT_ID] === TypeCode.UUID;
    span.parentHigh = hasParent ? highOf(buffer, starts[PARENT_ID]!) : 0;
    span.parentLow = hasParent ? lowOf(buffer, starts[PARENT_ID]!) : 0;
    this.#contributions = to;
    this.#traces.add(traceHigh, traceLow, span, this.eventMs, offset, this);
  }

  get dueMs(): number {
    return this.#traces.dueMs;
  }

  contribute(watermarkMs: number, to: Contributions<SpanAggregate>): void {
    this.#contributions = to;
    this.#traces.tell(watermarkMs, this);
  }

  add(aggregate: SpanAggregate, target: number, watermarkMs: number): void {
    const { beginUs, endUs, isFailed } = this.#span;
    const durationUs = Math.max(0, endUs - beginUs);
    if (this.#kinds[target] === REPLICAS) {
      aggregate.addReplicaSpan(this.#replica, durationUs, isFailed);
      return;
    }
    aggregate.addSpan(durationUs, isFailed);
    if (this.eventMs > watermarkMs) return;
    this.#options.periodsMs.forEach((periodMs, i) => {
      if (windowEnd(this.eventMs, periodMs) <= watermarkMs) aggregate.addLate(i);
    });
  }

  // ---- what the trace table tells -----------------------------------------------------------------------------------------------

  onCall(spans: SpanColumns, caller: number, callee: number, offset: number): void {
    const endUs = spans.endUs(callee);
    const { key, memo } = this.#series.calls(spans.application(caller), spans.application(callee));
    this.#contributions!.aggregate(endUs / US_PER_MS, this.#periodMs, this.#latenessOf(endUs / US_PER_MS), key, offset, memo)?.addSpan(
      Math.max(0, endUs - spans.beginUs(callee)),
      spans.isFailed(callee),
    );
  }

  onPath(spans: SpanColumns, root: number, span: number, selfUs: number, offset: number): void {
    const { traceWindowMs, latenessMs } = this.#options;
    const { key, memo } = this.#series.path(spans.application(span), spans.operation(span));
    this.#contributions!.aggregate(spans.endUs(root) / US_PER_MS, traceWindowMs, latenessMs, key, offset, memo)?.addSelfTime(selfUs);
  }

  // ---- targets ------------------------------------------------------------------------------------------------------------------

  #requestSeries(kind: string, host: string): Series {
    const { application, operation } = this.#span;
    const series = this.#series.requests(application, operation, kind, host, this.#hash ^ (this.#hash >>> 16), this.eventMs);
    if (series !== undefined) return series;
    const { overflowed } = this.#counters;
    const name = overflowed.has(application) || overflowed.size < MOST_NAMED ? application : OTHER;
    overflowed.set(name, (overflowed.get(name) ?? 0) + 1);
    return this.#series.others(name);
  }

  #addTarget(kind: number, { key, memo }: Series, periodMs: number): void {
    const i = this.targets++;
    this.#kinds[i] = kind;
    this.keys[i] = key;
    this.memos[i] = memo;
    this.periodsMs[i] = periodMs;
    this.latenessesMs[i] = this.#latenessOf(this.eventMs);
  }

  /** Windows that longer ones are made of stay open as long as the longest. */
  #latenessOf(timeMs: number): number {
    const fromStartMs = timeMs - this.#lastStartMs;
    if (fromStartMs >= 0 && fromStartMs < this.#periodMs) return this.#lastLatenessMs;
    this.#lastStartMs = windowStart(timeMs, this.#periodMs);
    return (this.#lastLatenessMs = this.#options.latenessMs + windowEnd(timeMs, this.#longestMs) - this.#lastStartMs - this.#periodMs);
  }

  // ---- values -------------------------------------------------------------------------------------------------------------------

  /** Ticks as the nearest double: exact to 2 of them. */
  #readTimes(buffer: Buffer, beginAt: number, endAt: number): void {
    const span = this.#span;
    span.beginUs = (int32(buffer, beginAt) * TWO_32 + (int32(buffer, beginAt + 4) >>> 0)) / TICKS_PER_US;
    span.endUs = (int32(buffer, endAt) * TWO_32 + (int32(buffer, endAt + 4) >>> 0)) / TICKS_PER_US;
    this.eventMs = Math.floor(span.endUs / US_PER_MS);
  }

  /** '' when there is no String. */
  #text(buffer: Buffer, slot: number): string {
    const { types, starts, ends } = this.#selector;
    const isText = types[slot] === TypeCode.STRING;
    const text = isText ? this.#texts.get(buffer, starts[slot]!, ends[slot]!) : '';
    this.#hash = Math.imul(this.#hash ^ (isText ? this.#texts.hash : 0), 0x9e3779b1);
    return text;
  }

  #findReplica(buffer: Buffer, host: string): string {
    for (const slot of this.#replicaSlots) {
      const text = slot === HOST ? host : this.#text(buffer, slot);
      if (text !== '') return text;
    }
    return '';
  }

  #isFailure(status: string): boolean {
    if (status !== this.#lastStatus) {
      this.#lastStatus = status;
      this.#isLastFailure = FAILED.has(status.toLowerCase());
    }
    return this.#isLastFailure;
  }

  #failed(buffer: Buffer): boolean {
    const { types, starts } = this.#selector;
    if (types[STATUS] === TypeCode.STRING && this.#isFailure(this.#text(buffer, STATUS))) return true;
    return types[CODE] === TypeCode.INTEGER && buffer.readInt32BE(starts[CODE]!) >= SERVER_ERROR;
  }
}

function windowEnd(timeMs: number, periodMs: number): number {
  return windowStart(timeMs, periodMs) + periodMs;
}

/** Of a uuid's 128 bits 64 in two words, which are enough to tell apart what is held at a time. */
function highOf(buffer: Buffer, at: number): number {
  return int32(buffer, at) ^ int32(buffer, at + 8);
}

function lowOf(buffer: Buffer, at: number): number {
  return int32(buffer, at + 4) ^ int32(buffer, at + 12);
}
