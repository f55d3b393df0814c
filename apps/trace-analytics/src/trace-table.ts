import { type HeldSpan, walkCriticalPath } from './critical-path.ts';
import { NONE, SpanColumns } from './span-columns.ts';

interface HeldTrace {
  readonly id: number;
  /** Of the record of its first span. */
  readonly offset: number;
  readonly firstEndMs: number;
  /** The span that was added last, in the columns. */
  last: number;
}

/** What is told of a trace once its spans have been collected. */
export interface TraceListener {
  /** A call that only the called side shows: a span whose parent belongs to another service. */
  onCall(caller: HeldSpan, callee: HeldSpan, offset: number): void;
  /** Time on the critical path. @param root of the trace */
  onPath(root: HeldSpan, span: HeldSpan, selfUs: number, offset: number): void;
}

export interface TraceTableOptions {
  readonly windowMs: number;
  readonly maxSpans: number;
}

/** Collects the spans of traces for a while, in the order that the traces began, and then tells what only several spans together show. */
export class TraceTable {
  readonly #options: TraceTableOptions;
  readonly #traces = new Map<number, HeldTrace>();
  readonly #spans = new SpanColumns();
  /** Goes through the traces once, while they come and go: to begin anew each time would mean to pass over the places of all that have gone. */
  #order = this.#traces.values();
  #oldest: HeldTrace | undefined;

  readonly #counters: { early: number };

  /** @param counters of all tables of the process: traces told before their time, because too many spans were held */
  constructor(options: TraceTableOptions, counters: { early: number }) {
    this.#options = options;
    this.#counters = counters;
  }

  /** The first record that is still needed; Infinity when nothing is held. */
  get firstOffset(): number {
    return this.#oldest?.offset ?? Infinity;
  }

  /** Watermark at which a trace is to be told; −Infinity when too many spans are held, Infinity when none is. */
  get dueMs(): number {
    if (this.#oldest === undefined) return Infinity;
    return this.#spans.size > this.#options.maxSpans ? -Infinity : this.#oldest.firstEndMs + this.#options.windowMs;
  }

  /** @param traceId 52 bits of it */
  add(traceId: number, span: HeldSpan, endMs: number, offset: number): void {
    let trace = this.#traces.get(traceId);
    if (trace === undefined) {
      this.#traces.set(traceId, (trace = { id: traceId, offset, firstEndMs: endMs, last: NONE }));
      if (this.#oldest === undefined) {
        this.#order = this.#traces.values();
        this.#oldest = this.#order.next().value;
      }
    }
    trace.last = this.#spans.add(span, trace.last);
  }

  /** Tells of all traces whose time is up. */
  tell(watermarkMs: number, listener: TraceListener): void {
    const { windowMs, maxSpans } = this.#options;
    for (let trace; (trace = this.#oldest) !== undefined;) {
      const isDue = trace.firstEndMs + windowMs <= watermarkMs;
      if (!isDue && this.#spans.size <= maxSpans) return;
      if (!isDue) this.#counters.early++;
      this.#traces.delete(trace.id);
      this.#oldest = this.#order.next().value;
      tellTrace(this.#spans.take(trace.last), trace.offset, listener);
    }
  }
}

function tellTrace(spans: readonly HeldSpan[], offset: number, listener: TraceListener): void {
  if (spans.length === 1 && spans[0]!.parent !== undefined) return;
  const byId = new Map(spans.map((span) => [span.id, span]));
  const children = new Map<number, HeldSpan[]>();
  for (const span of spans) {
    if (span.parent === undefined) continue;
    const siblings = children.get(span.parent);
    if (siblings === undefined) children.set(span.parent, [span]);
    else siblings.push(span);
    const parent = byId.get(span.parent);
    if (parent !== undefined && parent.application !== span.application && !parent.namesCallee) listener.onCall(parent, span, offset);
  }
  for (const root of spans) {
    if (root.parent !== undefined) continue;
    walkCriticalPath(
      root,
      (id) => children.get(id),
      (span, selfUs) => listener.onPath(root, span, selfUs, offset),
    );
  }
}
