import { NONE, type SpanColumns } from './span-columns.ts';
import type { TraceListener } from './trace-listener.ts';

/** Spans deeper than this are taken as work of their parent. */
const MAX_DEPTH = 200;

/**
 * The critical path of a trace: the spans without whose time the trace would have been shorter (Zhang and others, "CRISP: Critical Path Analysis of Large-Scale
 * Microservice Architectures", USENIX ATC 2022). From a span's end back, its last child to finish is on the path, then the last one that finished before that child began, and so
 * on; what no child covers is the span's own. Parts of children outside of their parent are cut off.
 * @param spans with the children of each linked, those that end last first
 * @param offset of the record of the trace's first span
 */
export function walkCriticalPath(spans: SpanColumns, root: number, offset: number, listener: Pick<TraceListener, 'onPath'>): void {
  walk({ spans, root, offset, listener }, root, spans.beginUs(root), spans.endUs(root), 0);
}

interface Walk {
  readonly spans: SpanColumns;
  readonly root: number;
  readonly offset: number;
  readonly listener: Pick<TraceListener, 'onPath'>;
}

function walk(of: Walk, span: number, fromUs: number, toUs: number, depth: number): void {
  const { spans } = of;
  let cursorUs = toUs;
  let selfUs = 0;
  for (let child = depth < MAX_DEPTH ? spans.firstChild(span) : NONE; child !== NONE; child = spans.nextSibling(child)) {
    const childTo = Math.min(spans.endUs(child), cursorUs);
    const childFrom = Math.max(spans.beginUs(child), fromUs);
    if (childTo <= childFrom) continue;
    selfUs += cursorUs - childTo;
    walk(of, child, childFrom, childTo, depth + 1);
    cursorUs = childFrom;
  }
  of.listener.onPath(spans, of.root, span, selfUs + cursorUs - fromUs, of.offset);
}
