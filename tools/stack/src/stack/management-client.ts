import { StackError } from '../stack-error.ts';
import type { StackKeys } from './stack-keys.ts';

/** Streams that every stack has: for the first event that somebody sends by hand, for the stack's own logs, and for what the demo sends; and those that other protocols go to by default. */
export const DEMO_STREAMS = {
  own: 'logs_stack',
  first: 'logs_demo',
  shop: 'logs_shop',
  metrics: 'metrics_demo',
  traces: 'traces_demo',
  annotations: 'annotations_demo',
  otlpLogs: 'logs_otlp',
  otlpMetrics: 'metrics_otlp',
  otlpTraces: 'traces_otlp',
  prometheus: 'metrics_prometheus',
  zipkin: 'traces_zipkin',
  elastic: 'logs_elastic',
  graphite: 'metrics_graphite',
  syslog: 'logs_syslog',
  aggregated: 'metrics_aggregated',
  requests: 'metrics_traces',
  errors: 'errors_all',
} as const;

const DESCRIPTIONS: Readonly<Record<keyof typeof DEMO_STREAMS, string>> = {
  own: "The stack's own log files",
  first: 'Events sent by hand',
  shop: 'Logs of the shop',
  metrics: 'Metrics of the shop, the apps and the servers',
  traces: 'Spans of the shop',
  annotations: 'What happened to the components of the stack',
  otlpLogs: 'Logs that come by OpenTelemetry',
  otlpMetrics: 'Metrics that come by OpenTelemetry',
  otlpTraces: 'Traces that come by OpenTelemetry',
  prometheus: 'Samples that come by Prometheus remote write',
  zipkin: 'Spans that come by Zipkin v2',
  elastic: "Documents that come by Elasticsearch's _bulk",
  graphite: "Metrics that come by Graphite's protocols",
  syslog: 'Messages that come by syslog',
  aggregated: 'What metric-aggregator makes of metrics with an aggregationType',
  requests: 'What trace-analytics makes of spans',
  errors: 'Errors of all logs of this stack, a derived stream',
};
/** What the API key may read and write. */
const PATTERNS = ['errors_*', 'logs_*', 'metrics_*', 'traces_*', 'annotations_*', 'timeline_*'];
/** Logs in the order of their time, to be read back through query-api. Times in ms. */
const DEMO_TIMELINE = {
  name: 'timeline_logs',
  streams: [DEMO_STREAMS.own, DEMO_STREAMS.first, DEMO_STREAMS.shop],
  slices: 3,
  shardingKey: [],
  timetrapSize: 60_000,
  ttl: 24 * 60 * 60 * 1000,
  filters: [],
  description: 'All logs of this stack',
};
const CONFLICT = 409;

const TTL_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Creates the streams and the API key's rights over HTTP, as any administrator would (apis §4). What exists already is left as it is.
 * @param url base URL of the management API
 * @throws StackError with the answer when it refuses
 */
export async function createDemoStreams(url: string, keys: StackKeys): Promise<void> {
  await Promise.all([
    ...Object.entries(DEMO_STREAMS).map(([use, name]) => createStream(url, keys, name, DESCRIPTIONS[use as keyof typeof DEMO_STREAMS])),
    ...PATTERNS.map((pattern) => post(url, keys, `/rules/set?key=${keys.apiKey}&pattern=${pattern}&rights=rw-`, undefined, [200])),
  ]);
}

/**
 * Creates the timeline, which takes a Cassandra and whoever makes its table there. One that exists is left as it is.
 * @param url base URL of the management API
 * @throws StackError with the answer when it refuses
 */
export async function createDemoTimeline(url: string, keys: StackKeys): Promise<void> {
  await post(url, keys, '/timelines/create', JSON.stringify(DEMO_TIMELINE), [200, CONFLICT]);
}

/** Spans of a trace come together in one partition, so that trace-analytics sees who called whom. */
function shapeOf(name: string): object {
  if (name !== DEMO_STREAMS.errors) return { type: 'base', shardingKey: name.startsWith('traces_') ? ['traceId'] : [] };
  const filters = [{ path: 'level', condition: { type: 'string_equality', value: 'Error' } }];
  return { type: 'derived', streams: [DEMO_STREAMS.own, DEMO_STREAMS.first, DEMO_STREAMS.shop], filters };
}

async function createStream(url: string, keys: StackKeys, name: string, description: string): Promise<void> {
  const stream = { name, partitions: 3, ttl: TTL_MS, description, ...shapeOf(name) };
  await post(url, keys, '/streams/create', JSON.stringify(stream), [200, CONFLICT]);
}

async function post(url: string, keys: StackKeys, path: string, body: string | undefined, accepted: readonly number[]): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Hercules masterApiKey ${keys.masterKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await response.text();
  if (!accepted.includes(response.status))
    throw new StackError(`management-api refused POST ${path.split('?')[0]}: ${response.status} ${text}`);
}
