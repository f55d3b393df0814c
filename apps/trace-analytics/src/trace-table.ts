import { walkCriticalPath } from './critical-path.ts';
import { NONE, SpanColumns, type SpanFacts } from './span-columns.ts';
import type { TraceListener } from './trace-listener.ts';
import { TraceQueue } from './trace-queue.ts';

export interface TraceTableOptions {
  readonly windowMs: number;
  readonly maxSpans: number;
}

/** In traces of more spans the parents are looked for when the trace is told: looking through all spans for each would take the square of their number. */
const MOST_LOOKED_THROUGH = 100;
/** Below this, sorting by insertion is faster than the library's. */
const FEW = 32;

/** Collects the spans of traces for a while, in the order that the traces began, and tells what only several spans together show: calls at once, critical paths at the end. */
export class TraceTable {
  readonly #options: TraceTableOptions;
  readonly #traces = new TraceQueue();
  readonly #spans = new SpanColumns();
  readonly #counters: { early: number };
  /** Room for the spans of the trace that is being told. */
  #room = new Int32Array(FEW);

  /** @param counters of all tables of the process: traces told before their time, because too many spans were held */
  constructor(options: TraceTableOptions, counters: { early: number }) {
    this.#options = options;
    this.#counters = counters;
  }

  /** The first record that is still needed; Infinity when nothing is held. */
  get firstOffset(): number {
    return this.#traces.isEmpty ? Infinity : this.#traces.offset(this.#traces.oldest);
  }

  /** Watermark at which a trace is to be told; −Infinity when too many spans are held, Infinity when none is. */
  get dueMs(): number {
    const traces = this.#traces;
    if (traces.isEmpty) return Infinity;
    return this.#spans.size > this.#options.maxSpans ? -Infinity : traces.firstEndMs(traces.oldest) + this.#options.windowMs;
  }

  /** @param traceHigh 64 bits of the trace's id in two words */
  add(traceHigh: number, traceLow: number, span: SpanFacts, endMs: number, offset: number, listener: TraceListener): void {
    const traces = this.#traces;
    let trace = traces.find(traceHigh, traceLow);
    if (trace === NONE) trace = traces.add(traceHigh, traceLow, endMs, offset);
    const last = traces.last(trace);
    const added = this.#spans.add(span, last);
    if (traces.append(trace, added) <= MOST_LOOKED_THROUGH) this.#findRelatives(added, last, traces.offset(trace), listener);
  }

  /** Tells of all traces whose time is up. */
  tell(watermarkMs: number, listener: TraceListener): void {
    const { windowMs, maxSpans } = this.#options;
    const traces = this.#traces;
    while (!traces.isEmpty) {
      const trace = traces.oldest;
      const isDue = traces.firstEndMs(trace) + windowMs <= watermarkMs;
      if (!isDue && this.#spans.size <= maxSpans) return;
      if (!isDue) this.#counters.early++;
      this.#tellTrace(traces.last(trace), traces.size(trace), traces.offset(trace), listener);
      traces.removeOldest();
    }
  }

  /** Parent and children among the spans that came before. */
  #findRelatives(added: number, last: number, offset: number, listener: TraceListener): void {
    const spans = this.#spans;
    const isRoot = spans.isRoot(added);
    for (let at = last; at !== NONE; at = spans.earlier(at)) {
      if (!isRoot && spans.parent(added) === NONE && spans.isParentOf(at, added)) this.#relate(at, added, offset, listener);
      if (spans.parent(at) === NONE && !spans.isRoot(at) && spans.isParentOf(added, at)) this.#relate(added, at, offset, listener);
    }
  }

  #relate(parent: number, child: number, offset: number, listener: TraceListener): void {
    const spans = this.#spans;
    spans.setParent(child, parent);
    if (spans.application(parent) !== spans.application(child) && !spans.namesCallee(parent)) listener.onCall(spans, parent, child, offset);
  }

  #tellTrace(last: number, size: number, offset: number, listener: TraceListener): void {
    const spans = this.#spans;
    if (size > this.#room.length) this.#room = new Int32Array(size * 2);
    const told = this.#room;
    let count = 0;
    let roots = 0;
    for (let at = last; at !== NONE; at = spans.earlier(at)) {
      told[count++] = at;
      if (spans.isRoot(at)) roots++;
    }
    if (size > MOST_LOOKED_THROUGH) this.#findParents(told.subarray(0, count), offset, listener);
    if (roots > 0) {
      this.#sortByEnd(told, count);
      for (let i = 0; i < count; i++) if (spans.parent(told[i]!) !== NONE) spans.linkToParent(told[i]!);
      for (let i = 0; i < count; i++) {
        if (spans.isRoot(told[i]!)) walkCriticalPath(spans, told[i]!, offset, listener);
      }
    }
    for (let i = 0; i < count; i++) spans.remove(told[i]!);
  }

  /** In a long trace: the parents that have not been found yet. */
  #findParents(told: Int32Array, offset: number, listener: TraceListener): void {
    const spans = this.#spans;
    const byId = Map.groupBy(told, (at) => spans.idHash(at));
    for (const child of told) {
      if (spans.isRoot(child) || spans.parent(child) !== NONE) continue;
      const parent = byId.get(spans.parentIdHash(child))?.find((at) => at !== child && spans.isParentOf(at, child));
      if (parent !== undefined) this.#relate(parent, child, offset, listener);
    }
  }

  /** Those that end first to the front; what ends together stays in its order. */
  #sortByEnd(places: Int32Array, count: number): void {
    const spans = this.#spans;
    if (count > FEW) {
      places.subarray(0, count).sort((a, b) => spans.endUs(a) - spans.endUs(b));
      return;
    }
    for (let i = 1; i < count; i++) {
      const place = places[i]!;
      const endUs = spans.endUs(place);
      let to = i;
      for (; to > 0 && spans.endUs(places[to - 1]!) > endUs; to--) places[to] = places[to - 1]!;
      places[to] = place;
    }
  }
}
