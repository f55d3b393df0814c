import { NONE, type SpanColumns } from './span-columns.ts';

/** Spans deeper than this are taken as work of their parent. */
const MAX_DEPTH = 200;

/** Told for each span on the path how much of it is its own, in µs; all together are the duration of the root. */
export type OnSelf = (span: number, selfUs: number) => void;

/**
 * The critical path of a trace: the spans without whose time the trace would have been shorter (Zhang and others, "CRISP: Critical Path Analysis of Large-Scale
 * Microservice Architectures", USENIX ATC 2022). From a span's end back, its last child to finish is on the path, then the last one that finished before that child began, and so
 * on; what no child covers is the span's own. Parts of children outside of their parent are cut off.
 * @param spans with the children of each linked, those that end last first
 */
export function walkCriticalPath(spans: SpanColumns, root: number, onSelf: OnSelf): void {
  walk(spans, root, spans.beginUs(root), spans.endUs(root), 0, onSelf);
}

function walk(spans: SpanColumns, span: number, fromUs: number, toUs: number, depth: number, onSelf: OnSelf): void {
  let cursorUs = toUs;
  let selfUs = 0;
  for (let child = depth < MAX_DEPTH ? spans.firstChild(span) : NONE; child !== NONE; child = spans.nextSibling(child)) {
    const childTo = Math.min(spans.endUs(child), cursorUs);
    const childFrom = Math.max(spans.beginUs(child), fromUs);
    if (childTo <= childFrom) continue;
    selfUs += cursorUs - childTo;
    walk(spans, child, childFrom, childTo, depth + 1, onSelf);
    cursorUs = childFrom;
  }
  onSelf(span, selfUs + cursorUs - fromUs);
}
