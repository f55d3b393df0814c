import { type ApiRequest, integerParameter, type Parameter, textParameter } from '@hercules/http-api';
import { HerculesError } from '@hercules/protocol';
import { isError, type ZipkinSpan } from './zipkin-span.ts';

/** What is looked for, as Zipkin's API v2 has it. */
export interface TraceQuery {
  readonly serviceName?: string;
  readonly spanName?: string;
  readonly remoteServiceName?: string;
  /** Tags that a span must have: with a value, or whatever it is. */
  readonly annotations: readonly { readonly key: string; readonly value?: string }[];
  /** µs */
  readonly minDuration?: number;
  readonly maxDuration?: number;
  /** ms since 1970 */
  readonly endTs: number;
  /** ms before it */
  readonly lookback: number;
  readonly limit: number;
}

const DAY_MS = 86_400_000;
/** Later ones have no ticks of 64 bits. */
const LATEST_MS = 922_337_203_685_476;
const DEFAULT_LIMIT = 10;
const ALL = 'all';

const number = (name: string, expected: string, description: string, minimum = 1) =>
  integerParameter(name, { expected, minimum, required: false, description });
const text = (name: string, description: string) => textParameter(name, { required: false, description });

export const serviceNameParameter = text('serviceName', 'Service that a span of the trace belongs to');
const spanName = text('spanName', 'Operation of a span of that service');
const remoteServiceName = text('remoteServiceName', 'Service that a span of that service has called');
const annotationQuery = text('annotationQuery', 'Tags of a span of that service: `key` or `key=value`, joined by ` and `');
const minDuration = number('minDuration', 'µs, 1 or more', 'Least duration of a span of that service, in µs');
const maxDuration = number('maxDuration', 'µs, 1 or more', 'Longest duration of a span of that service, in µs; only with minDuration');
const endTs = integerParameter('endTs', {
  expected: `ms since 1970, from 1 to ${LATEST_MS}`,
  minimum: 1,
  maximum: LATEST_MS,
  required: false,
  description: 'End of the interval in ms since 1970; now if left out',
});
const lookback = number('lookback', 'ms, 1 or more', 'Length of the interval before it, in ms; a day if left out');
const limit = number('limit', 'a whole number, 1 or more', 'Most traces in the answer; 10 if left out');

export const INTERVAL_PARAMETERS: readonly Parameter<unknown>[] = [endTs, lookback];
export const QUERY_PARAMETERS: readonly Parameter<unknown>[] = [
  serviceNameParameter,
  spanName,
  remoteServiceName,
  annotationQuery,
  minDuration,
  maxDuration,
  ...INTERVAL_PARAMETERS,
  limit,
];

/** Throws INVALID_ARGUMENT. */
export function readInterval(request: ApiRequest): { endTs: number; lookback: number } {
  return { endTs: request.optional(endTs) ?? Date.now(), lookback: request.optional(lookback) ?? DAY_MS };
}

/** Throws INVALID_ARGUMENT. */
export function readQuery(request: ApiRequest, maxTraces: number): TraceQuery {
  const named = (parameter: Parameter<string>): string | undefined => {
    const value = request.optional(parameter)?.trim();
    return value === '' || value === ALL ? undefined : value;
  };
  const [min, max] = [request.optional(minDuration), request.optional(maxDuration)];
  if (max !== undefined && (min === undefined || max < min)) {
    throw new HerculesError(
      'INVALID_ARGUMENT',
      `Query parameter 'maxDuration' is invalid: expected minDuration too, and no less than that, got ${max}`,
    );
  }
  return {
    serviceName: named(serviceNameParameter),
    spanName: named(spanName),
    remoteServiceName: named(remoteServiceName),
    annotations: parseAnnotationQuery(request.optional(annotationQuery) ?? ''),
    minDuration: min,
    maxDuration: max,
    ...readInterval(request),
    limit: Math.min(request.optional(limit) ?? DEFAULT_LIMIT, maxTraces),
  } as TraceQuery;
}

/** `error and http.method=GET` */
export function parseAnnotationQuery(query: string): TraceQuery['annotations'] {
  return query
    .split(' and ')
    .map((term) => term.trim())
    .filter((term) => term !== '')
    .map((term) => {
      const at = term.indexOf('=');
      return at < 0 ? { key: term } : { key: term.slice(0, at), value: term.slice(at + 1) };
    });
}

/** Whether a trace is what is looked for: each condition must hold for some span of the service, if one is named. */
export function matchesQuery(trace: readonly ZipkinSpan[], query: TraceQuery): boolean {
  const { serviceName, spanName: name, remoteServiceName: remote, annotations, minDuration: min, maxDuration: max } = query;
  const spans = serviceName === undefined ? trace : trace.filter((span) => span.localEndpoint.serviceName === serviceName);
  if (spans.length === 0) return false;
  const some = (condition: (span: ZipkinSpan) => boolean): boolean => spans.some(condition);
  return (
    (name === undefined || some((span) => span.name === name)) &&
    (remote === undefined || some((span) => span.remoteEndpoint?.serviceName === remote)) &&
    annotations.every(({ key, value }) => some((span) => hasTag(span, key, value))) &&
    ((min === undefined && max === undefined) ||
      some(({ duration }) => duration !== undefined && duration >= (min ?? 0) && duration <= (max ?? Infinity)))
  );
}

function hasTag(span: ZipkinSpan, key: string, value: string | undefined): boolean {
  if (key === 'error' && value === undefined) return isError(span);
  const tag = Object.hasOwn(span.tags, key) ? span.tags[key] : undefined;
  return tag !== undefined && (value === undefined || tag === value);
}
