import { HPath, TagSelector, TextCache, TypeCode } from '@hercules/protocol';
import type { Contributions, EventAssigner } from '@hercules/streaming';
import type { HeldSpan } from './critical-path.ts';
import { OTHER } from './series.ts';
import { SeriesTable } from './series-table.ts';
import type { SpanAggregate } from './span-aggregate.ts';
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
/** A double holds 53 bits; of the upper word so many are taken. */
const HIGH_BITS = 0xf_ffff;
const TIMESTAMP_AT = 1;
/** Values of `status` that are failures. */
const FAILED = new Set(['error', 'failure', 'failed', 'fail', 'exception', 'timeout']);
const SERVER_ERROR = 500;
/** Replicas are looked at second by second. */
const REPLICA_PERIOD_MS = 1000;
const MOST_NAMED = 100;

export interface SpanAssignerOptions {
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

const [REQUESTS, CALLS, REPLICAS] = [0, 1, 2];

/**
 * Reads spans (protocol §10.4). Each counts as a request of its application, operation, kind and host; as a call when it is the calling side and names whom it calls; and for the weight
 * of its replica when it is the serving side. Calls that only show when child and parent are seen together, and critical paths, follow from the trace table.
 */
export class SpanAssigner implements EventAssigner<SpanAggregate> {
  eventMs = 0;
  targets = 0;
  readonly periodsMs: number[] = [];
  readonly latenessesMs: number[] = [];
  readonly keys: string[] = [];
  readonly #kinds: number[] = [];
  readonly #options: SpanAssignerOptions;
  readonly #counters: SpanCounters;
  readonly #selector: TagSelector;
  readonly #series: SeriesTable;
  readonly #texts = new TextCache();
  readonly #traces: TraceTable;
  readonly #requestKinds: ReadonlySet<string>;
  readonly #clientKinds: ReadonlySet<string>;
  #beginUs = 0;
  #endUs = 0;
  #isFailed = false;
  #namesCallee = false;
  #application = '';
  #operation = '';
  #replica = '';
  #contributions: Contributions<SpanAggregate> | undefined;

  constructor(options: SpanAssignerOptions, counters: SpanCounters) {
    this.#options = options;
    this.#counters = counters;
    const replicaPaths = options.replicaTags.map((tag) => `annotations/${tag}`);
    this.#selector = new TagSelector([...PATHS, ...replicaPaths].map((path) => HPath.parse(path)));
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
    const endAt = types[END] === TypeCode.LONG ? starts[END]! : start + TIMESTAMP_AT;
    this.#beginUs = ticksAt(buffer, starts[BEGIN]!) / TICKS_PER_US;
    this.#endUs = ticksAt(buffer, endAt) / TICKS_PER_US;
    this.eventMs = Math.floor(this.#endUs / US_PER_MS);
    const application = this.#text(buffer, APPLICATION) || 'unknown';
    const operation = this.#text(buffer, OPERATION);
    const kind = this.#text(buffer, KIND);
    this.#isFailed = this.#failed(buffer);
    this.#application = application;
    this.#operation = operation;
    this.#addRequest(application, operation, kind, this.#text(buffer, HOST));
    this.#namesCallee = false;
    if (this.#clientKinds.has(kind)) {
      const callee = this.#text(buffer, CLIENT_NAME);
      this.#namesCallee = callee !== '';
      if (this.#namesCallee)
        for (const periodMs of this.#options.periodsMs) this.#add(CALLS!, this.#series.calls(application, callee), periodMs);
    } else if (this.#requestKinds.has(kind)) {
      this.#replica = this.#findReplica(buffer);
      if (this.#replica !== '') this.#add(REPLICAS!, this.#series.replicas(application), REPLICA_PERIOD_MS);
    }
    return true;
  }

  accepted(buffer: Buffer, _start: number, offset: number): void {
    const traceId = this.#uuid(buffer, TRACE_ID);
    const id = this.#uuid(buffer, SPAN_ID);
    if (traceId === undefined || id === undefined) return;
    const span: HeldSpan = {
      id,
      parent: this.#uuid(buffer, PARENT_ID),
      beginUs: this.#beginUs,
      endUs: this.#endUs,
      application: this.#application,
      operation: this.#operation,
      isFailed: this.#isFailed,
      namesCallee: this.#namesCallee,
    };
    this.#traces.add(traceId, span, this.eventMs, offset);
  }

  get dueMs(): number {
    return this.#traces.dueMs;
  }

  contribute(watermarkMs: number, to: Contributions<SpanAggregate>): void {
    this.#contributions = to;
    this.#traces.tell(watermarkMs, this);
  }

  add(aggregate: SpanAggregate, target: number, isLate: boolean): void {
    const durationUs = Math.max(0, this.#endUs - this.#beginUs);
    if (this.#kinds[target] === REPLICAS) aggregate.addReplicaSpan(this.#replica, durationUs, this.#isFailed);
    else aggregate.addSpan(durationUs, this.#isFailed, isLate);
  }

  // ---- what the trace table tells -----------------------------------------------------------------------------------------------

  onCall(caller: HeldSpan, callee: HeldSpan, offset: number): void {
    const { periodsMs, latenessMs } = this.#options;
    const key = this.#series.calls(caller.application, callee.application);
    for (const periodMs of periodsMs) {
      this.#contributions!.aggregate(callee.endUs / US_PER_MS, periodMs, latenessMs, key, offset)?.addSpan(
        Math.max(0, callee.endUs - callee.beginUs),
        callee.isFailed,
        false,
      );
    }
  }

  onPath(root: HeldSpan, { application, operation }: HeldSpan, selfUs: number, offset: number): void {
    const { traceWindowMs, latenessMs } = this.#options;
    this.#contributions!.aggregate(
      root.endUs / US_PER_MS,
      traceWindowMs,
      latenessMs,
      this.#series.path(application, operation),
      offset,
    )?.addSelfTime(selfUs);
  }

  // ---- targets ------------------------------------------------------------------------------------------------------------------

  #addRequest(application: string, operation: string, kind: string, host: string): void {
    let key = this.#series.requests(application, operation, kind, host, this.eventMs);
    if (key === undefined) {
      const { overflowed } = this.#counters;
      const name = overflowed.has(application) || overflowed.size < MOST_NAMED ? application : OTHER;
      overflowed.set(name, (overflowed.get(name) ?? 0) + 1);
      key = this.#series.others(name);
    }
    for (const periodMs of this.#options.periodsMs) this.#add(REQUESTS!, key, periodMs);
  }

  #add(kind: number, key: string, periodMs: number): void {
    const i = this.targets++;
    this.#kinds[i] = kind;
    this.keys[i] = key;
    this.periodsMs[i] = periodMs;
    this.latenessesMs[i] = this.#options.latenessMs;
  }

  // ---- values -------------------------------------------------------------------------------------------------------------------

  /** '' when there is no String. */
  #text(buffer: Buffer, slot: number): string {
    const { types, starts, ends } = this.#selector;
    return types[slot] === TypeCode.STRING ? this.#texts.get(buffer, starts[slot]!, ends[slot]!) : '';
  }

  /** 52 bits of a uuid; undefined when there is none, or that of nothing but zeros, which stands for no parent. */
  #uuid(buffer: Buffer, slot: number): number | undefined {
    const { types, starts } = this.#selector;
    if (types[slot] !== TypeCode.UUID) return undefined;
    const at = starts[slot]!;
    const high = buffer.readUInt32BE(at) ^ buffer.readUInt32BE(at + 8);
    const low = buffer.readUInt32BE(at + 4) ^ buffer.readUInt32BE(at + 12);
    if ((high | low) === 0) return undefined;
    return (high & HIGH_BITS) * TWO_32 + (low >>> 0);
  }

  #findReplica(buffer: Buffer): string {
    for (let i = 0; i < this.#options.replicaTags.length; i++) {
      const text = this.#text(buffer, PATHS.length + i);
      if (text !== '') return text;
    }
    return '';
  }

  #failed(buffer: Buffer): boolean {
    const { types, starts } = this.#selector;
    if (types[STATUS] === TypeCode.STRING && FAILED.has(this.#text(buffer, STATUS).toLowerCase())) return true;
    return types[CODE] === TypeCode.INTEGER && buffer.readInt32BE(starts[CODE]!) >= SERVER_ERROR;
  }
}

/** Nearest double: exact to 2 ticks. */
function ticksAt(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * TWO_32 + buffer.readUInt32BE(at + 4);
}
