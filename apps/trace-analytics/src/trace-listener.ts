import type { SpanColumns } from './span-columns.ts';

/** What is told of the spans of a trace together; a span is a place in `spans`. */
export interface TraceListener {
  /** A call that only the called side shows: a span whose parent belongs to another service. @param offset of the record of the trace's first span */
  onCall(spans: SpanColumns, caller: number, callee: number, offset: number): void;
  /** Time on the critical path. @param root of the trace @param selfUs how much of it is the span's own, in µs; all together are the duration of the root */
  onPath(spans: SpanColumns, root: number, span: number, selfUs: number, offset: number): void;
}
