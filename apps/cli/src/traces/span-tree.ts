import type { SpanDocument } from '../api/query-client.ts';

export interface Span {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly service: string;
  readonly operation: string;
  /** µs since 1970 */
  readonly beginUs: number;
  readonly durationUs: number;
  readonly isError: boolean;
}

export interface PlacedSpan extends Span {
  /** 0 for roots. */
  readonly depth: number;
  /** Its parent is not among the spans. */
  readonly isOrphan: boolean;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** Reads a span of /trace (protocol §10.3); undefined for one without an id or a time. */
export function spanOf(document: SpanDocument): Span | undefined {
  const { spanId, parentSpanId, beginTimestamp, endTimestamp, annotations } = document;
  const beginUs = microseconds(beginTimestamp);
  if (typeof spanId !== 'string' || beginUs === undefined) return undefined;
  const details = (annotations !== null && typeof annotations === 'object' ? annotations : {}) as Record<string, unknown>;
  const http = (details['http'] ?? {}) as { response?: { code?: unknown } };
  return {
    spanId,
    parentSpanId: typeof parentSpanId === 'string' && parentSpanId !== NIL ? parentSpanId : undefined,
    service: text(details['application']),
    operation: text(details['operation']),
    beginUs,
    durationUs: Math.max(0, (microseconds(endTimestamp) ?? beginUs) - beginUs),
    isError: text(details['status']).toLowerCase() === 'error' || Number(http.response?.code ?? 0) >= 500,
  };
}

/** Spans in the order of a waterfall: each before its children, children by their begin. Cycles and lost parents lose no span. */
export function placeSpans(spans: readonly Span[]): PlacedSpan[] {
  const byBegin = [...spans].sort((a, b) => a.beginUs - b.beginUs);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(byBegin, ({ parentSpanId }) => parentSpanId);
  const placed: PlacedSpan[] = [];
  const seen = new Set<Span>();
  const place = (root: Span, isOrphan: boolean): void => {
    const open: [Span, number][] = [[root, 0]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [span, depth] = next;
      if (seen.has(span)) continue;
      seen.add(span);
      placed.push({ ...span, depth, isOrphan: isOrphan && depth === 0 });
      for (const child of [...(children.get(span.spanId) ?? [])].reverse()) open.push([child, depth + 1]);
    }
  };
  for (const span of byBegin) if (span.parentSpanId === undefined) place(span, false);
  for (const span of byBegin) if (span.parentSpanId !== undefined && !ids.has(span.parentSpanId)) place(span, true);
  for (const span of byBegin) place(span, true);
  return placed;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}

/** ISO text with up to nine digits below the second. */
function microseconds(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const [, whole, fraction = '', zone = 'Z'] = /^(.*?T\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(value) ?? [];
  const ms = whole === undefined ? NaN : Date.parse(whole + zone);
  return Number.isNaN(ms) ? undefined : ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
