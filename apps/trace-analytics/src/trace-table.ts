import { type HeldSpan, walkCriticalPath } from './critical-path.ts';

interface HeldTrace {
  /** Of the record of its first span. */
  readonly offset: number;
  readonly firstEndMs: number;
  readonly spans: HeldSpan[];
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
  readonly #traces = new Map<string, HeldTrace>();
  #spans = 0;

  readonly #counters: { early: number };

  /** @param counters of all tables of the process: traces told before their time, because too many spans were held */
  constructor(options: TraceTableOptions, counters: { early: number }) {
    this.#options = options;
    this.#counters = counters;
  }

  /** The first record that is still needed; Infinity when nothing is held. */
  get firstOffset(): number {
    const first = this.#traces.values().next();
    return first.done ? Infinity : first.value.offset;
  }

  add(traceId: string, span: HeldSpan, endMs: number, offset: number): void {
    let trace = this.#traces.get(traceId);
    if (trace === undefined) this.#traces.set(traceId, (trace = { offset, firstEndMs: endMs, spans: [] }));
    trace.spans.push(span);
    this.#spans++;
  }

  /** Tells of all traces whose time is up. */
  tell(watermarkMs: number, listener: TraceListener): void {
    const { windowMs, maxSpans } = this.#options;
    for (const [id, trace] of this.#traces) {
      const isDue = trace.firstEndMs + windowMs <= watermarkMs;
      if (!isDue && this.#spans <= maxSpans) return;
      if (!isDue) this.#counters.early++;
      this.#traces.delete(id);
      this.#spans -= trace.spans.length;
      tellTrace(trace, listener);
    }
  }
}

function tellTrace({ spans, offset }: HeldTrace, listener: TraceListener): void {
  if (spans.length === 1 && spans[0]!.parent !== undefined) return;
  const byId = new Map(spans.map((span) => [span.id, span]));
  const children = new Map<string, HeldSpan[]>();
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
