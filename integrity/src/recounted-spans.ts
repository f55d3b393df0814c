import type { Value } from '@hercules/protocol';
import type { TopicRecord } from '@hercules/testing';
import { type CountedEvent, countedEvents, quantileOf, textOf, windowOf } from './counted-events.ts';
import { metricKey } from './stored-metrics.ts';

/** Settings of trace-analytics as they are by default. */
const PERIODS_MS = [1000, 10_000];
const TRACE_WINDOW_MS = 10_000;
const QUANTILES = [0.5, 0.95, 0.99];

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly durationMs: number;
  readonly endMs: number;
  readonly application: string;
  readonly operation: string;
  readonly kind: string;
  readonly host: string;
  readonly callee: string;
  readonly isFailed: boolean;
  readonly closedMs: number;
}

/** What is said of spans together: their prefix, tags and window stand in the key. */
interface Group {
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly startMs: number;
  readonly periodMs: number;
  readonly durationsMs: number[];
  errors: number;
}

/** Who called whom how often in which window of 10 s: `start caller callee` → calls and errors. */
export type Edges = Map<string, readonly [calls: number, errors: number]>;

/**
 * What trace-analytics has to make of a stream of shop traces, counted once more from its records: requests, calls and critical paths. Children lie inside of their parents and one after
 * the other, so what of a span is on the critical path is its own duration less that of its children.
 */
export function recountedSpans(records: readonly TopicRecord[]): { metrics: Map<string, number>; edges: Edges } {
  const spans = countedEvents(records)
    .map(spanOf)
    .filter(({ endMs, closedMs }) => windowOf(endMs, PERIODS_MS.at(-1)!) + PERIODS_MS.at(-1)! > closedMs);
  const groups = new Map<string, Group>();
  const add = (prefix: string, tags: Group['tags'], periodMs: number, endMs: number, durationMs: number, isFailed: boolean): void => {
    const startMs = windowOf(endMs, periodMs);
    const key = `${metricKey(prefix, tags, startMs)} ${periodMs}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { prefix, tags, startMs, periodMs, durationsMs: [], errors: 0 }));
    group.durationsMs.push(durationMs);
    if (isFailed) group.errors++;
  };
  for (const { application, operation, kind, host, callee, endMs, durationMs, isFailed, closedMs } of spans) {
    for (const periodMs of PERIODS_MS) {
      if (windowOf(endMs, periodMs) + periodMs <= closedMs) continue;
      add('requests', { application, operation, kind, host }, periodMs, endMs, durationMs, isFailed);
      if (callee !== '') add('calls', { caller: application, callee }, periodMs, endMs, durationMs, isFailed);
    }
  }
  for (const trace of Map.groupBy(spans, ({ traceId }) => traceId).values()) {
    for (const { parentId, application: callee, endMs, durationMs, isFailed } of trace) {
      const caller = trace.find(({ spanId }) => spanId === parentId);
      if (caller === undefined || caller.callee !== '' || caller.application === callee) continue;
      for (const periodMs of PERIODS_MS) add('calls', { caller: caller.application, callee }, periodMs, endMs, durationMs, isFailed);
    }
    const childrenOf = ({ spanId }: Span): Span[] => trace.filter(({ parentId }) => parentId === spanId);
    for (const root of trace.filter(({ parentId }) => parentId === '')) {
      const walk = (span: Span): void => {
        const children = childrenOf(span);
        const selfMs = span.durationMs - children.reduce((sum, { durationMs }) => sum + durationMs, 0);
        add('critical_path', { application: span.application, operation: span.operation }, TRACE_WINDOW_MS, root.endMs, selfMs, false);
        children.forEach(walk);
      };
      walk(root);
    }
  }
  return { metrics: metricsOf(groups.values()), edges: edgesOf(groups.values()) };
}

function metricsOf(groups: Iterable<Group>): Map<string, number> {
  const metrics = new Map<string, number>();
  for (const { prefix, tags, startMs, periodMs, durationsMs, errors } of groups) {
    const seconds = periodMs / 1000;
    const put = (name: string, value: number, more: Group['tags'] = {}): void =>
      void metrics.set(metricKey(`${prefix}_${name}`, { ...tags, window: `${seconds}s`, ...more }, startMs), value);
    put('per_second', durationsMs.length / seconds);
    if (prefix === 'critical_path') {
      put('ms', durationsMs.reduce((sum, ms) => sum + ms, 0) / durationsMs.length);
      continue;
    }
    put('errors_per_second', errors / seconds);
    for (const quantile of QUANTILES) put('duration_ms', quantileOf(durationsMs, quantile), { quantile: String(quantile) });
  }
  return metrics;
}

function edgesOf(groups: Iterable<Group>): Edges {
  const edges: Edges = new Map();
  for (const { prefix, tags, startMs, periodMs, durationsMs, errors } of groups) {
    if (prefix === 'calls' && periodMs === PERIODS_MS.at(-1))
      edges.set(`${startMs} ${tags['caller']} ${tags['callee']}`, [durationsMs.length, errors]);
  }
  return edges;
}

function spanOf({ event: { payload, timestamp }, closedMs }: CountedEvent): Span {
  const annotations = payload.get('annotations')!.value as ReadonlyMap<string, Value>;
  const text = (key: string): string => textOf(annotations.get(key));
  const uuid = (key: string): string => (payload.get(key)?.value as string | undefined) ?? '';
  const endMs = Number(timestamp / 10_000n);
  return {
    traceId: uuid('traceId'),
    spanId: uuid('spanId'),
    parentId: uuid('parentSpanId'),
    durationMs: endMs - Number((payload.get('beginTimestampUtc')!.value as bigint) / 10_000n),
    endMs,
    application: text('application'),
    operation: text('operation'),
    kind: text('kind'),
    host: text('host'),
    callee: text('http.client.name'),
    isFailed: text('status') === 'error',
    closedMs,
  };
}
