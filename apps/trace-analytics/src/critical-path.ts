/** A span as a trace needs it; times in µs. */
export interface HeldSpan {
  readonly id: string;
  /** Undefined for a root. */
  readonly parent: string | undefined;
  readonly beginUs: number;
  readonly endUs: number;
  readonly application: string;
  readonly operation: string;
  readonly isFailed: boolean;
  /** The span itself names the service that it calls. */
  readonly namesCallee: boolean;
}

/** Spans deeper than this are taken as work of their parent. */
const MAX_DEPTH = 200;

/**
 * The critical path of a trace: the spans without whose time the trace would have been shorter (Zhang and others, "CRISP: Critical Path Analysis of Large-Scale
 * Microservice Architectures", USENIX ATC 2022). From a span's end back, its last child to finish is on the path, then the last one that finished before that child began, and so
 * on; what no child covers is the span's own. Parts of children outside of their parent are cut off.
 * @param onSelf told for each span on the path how much of it is its own, in µs; all together are the duration of the root
 */
export function walkCriticalPath(
  root: HeldSpan,
  childrenOf: (id: string) => readonly HeldSpan[] | undefined,
  onSelf: (span: HeldSpan, selfUs: number) => void,
): void {
  const walk = (span: HeldSpan, fromUs: number, toUs: number, depth: number): void => {
    let cursorUs = toUs;
    let selfUs = 0;
    const children = depth < MAX_DEPTH ? (childrenOf(span.id) ?? []) : [];
    for (const child of [...children].sort((a, b) => b.endUs - a.endUs)) {
      const childTo = Math.min(child.endUs, cursorUs);
      const childFrom = Math.max(child.beginUs, fromUs);
      if (childTo <= childFrom) continue;
      selfUs += cursorUs - childTo;
      walk(child, childFrom, childTo, depth + 1);
      cursorUs = childFrom;
    }
    onSelf(span, selfUs + cursorUs - fromUs);
  };
  walk(root, root.beginUs, root.endUs, 0);
}
