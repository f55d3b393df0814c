/** How a field looks in OTLP/JSON and in protobuf. `hex` are ids, `base64` other bytes; `enum` is a number (opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
export type FieldType =
  | 'string'
  | 'bool'
  | 'double'
  | 'int32'
  | 'sint32'
  | 'uint32'
  | 'fixed32'
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  | 'enum'
  | 'hex'
  | 'base64';

export interface JsonField {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType | (() => readonly JsonField[]);
  readonly isRepeated: boolean;
  /** Is written also when it has the default of its type, because being there says something: members of a oneof, optional fields. */
  readonly hasPresence: boolean;
}

type Options = 'repeated' | 'presence' | undefined;

function field(number: number, name: string, type: JsonField['type'], option?: Options): JsonField {
  return { name, number, type, isRepeated: option === 'repeated', hasPresence: option === 'presence' };
}

const attributes = (number: number): JsonField => field(number, 'attributes', () => KEY_VALUE, 'repeated');

const ANY_VALUE: readonly JsonField[] = [
  field(1, 'stringValue', 'string', 'presence'),
  field(2, 'boolValue', 'bool', 'presence'),
  field(3, 'intValue', 'int64', 'presence'),
  field(4, 'doubleValue', 'double', 'presence'),
  field(5, 'arrayValue', () => [field(1, 'values', () => ANY_VALUE, 'repeated')]),
  field(6, 'kvlistValue', () => [field(1, 'values', () => KEY_VALUE, 'repeated')]),
  field(7, 'bytesValue', 'base64', 'presence'),
];
const KEY_VALUE: readonly JsonField[] = [field(1, 'key', 'string'), field(2, 'value', () => ANY_VALUE)];

const RESOURCE: readonly JsonField[] = [attributes(1)];
const SCOPE: readonly JsonField[] = [field(1, 'name', 'string'), field(2, 'version', 'string'), attributes(3)];

const LOG_RECORD: readonly JsonField[] = [
  field(1, 'timeUnixNano', 'fixed64'),
  field(2, 'severityNumber', 'enum'),
  field(3, 'severityText', 'string'),
  field(5, 'body', () => ANY_VALUE),
  attributes(6),
  field(9, 'traceId', 'hex'),
  field(10, 'spanId', 'hex'),
  field(11, 'observedTimeUnixNano', 'fixed64'),
  field(12, 'eventName', 'string'),
];

const SPAN_EVENT: readonly JsonField[] = [field(1, 'timeUnixNano', 'fixed64'), field(2, 'name', 'string'), attributes(3)];
const SPAN_LINK: readonly JsonField[] = [
  field(1, 'traceId', 'hex'),
  field(2, 'spanId', 'hex'),
  field(3, 'traceState', 'string'),
  attributes(4),
];
const STATUS: readonly JsonField[] = [field(2, 'message', 'string'), field(3, 'code', 'enum')];
const SPAN: readonly JsonField[] = [
  field(1, 'traceId', 'hex'),
  field(2, 'spanId', 'hex'),
  field(3, 'traceState', 'string'),
  field(4, 'parentSpanId', 'hex'),
  field(5, 'name', 'string'),
  field(6, 'kind', 'enum'),
  field(7, 'startTimeUnixNano', 'fixed64'),
  field(8, 'endTimeUnixNano', 'fixed64'),
  attributes(9),
  field(11, 'events', () => SPAN_EVENT, 'repeated'),
  field(13, 'links', () => SPAN_LINK, 'repeated'),
  field(15, 'status', () => STATUS),
];

const NUMBER_POINT: readonly JsonField[] = [
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'asDouble', 'double', 'presence'),
  field(6, 'asInt', 'sfixed64', 'presence'),
  attributes(7),
  field(8, 'flags', 'uint32'),
];
const HISTOGRAM_POINT: readonly JsonField[] = [
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'count', 'fixed64'),
  field(5, 'sum', 'double', 'presence'),
  field(6, 'bucketCounts', 'fixed64', 'repeated'),
  field(7, 'explicitBounds', 'double', 'repeated'),
  attributes(9),
  field(10, 'flags', 'uint32'),
  field(11, 'min', 'double', 'presence'),
  field(12, 'max', 'double', 'presence'),
];
const BUCKETS: readonly JsonField[] = [field(1, 'offset', 'sint32'), field(2, 'bucketCounts', 'uint64', 'repeated')];
const EXPONENTIAL_POINT: readonly JsonField[] = [
  attributes(1),
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'count', 'fixed64'),
  field(5, 'sum', 'double', 'presence'),
  field(6, 'scale', 'sint32'),
  field(7, 'zeroCount', 'fixed64'),
  field(8, 'positive', () => BUCKETS),
  field(9, 'negative', () => BUCKETS),
  field(10, 'flags', 'uint32'),
  field(12, 'min', 'double', 'presence'),
  field(13, 'max', 'double', 'presence'),
  field(14, 'zeroThreshold', 'double'),
];
const QUANTILE: readonly JsonField[] = [field(1, 'quantile', 'double'), field(2, 'value', 'double')];
const SUMMARY_POINT: readonly JsonField[] = [
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'count', 'fixed64'),
  field(5, 'sum', 'double'),
  field(6, 'quantileValues', () => QUANTILE, 'repeated'),
  attributes(7),
  field(8, 'flags', 'uint32'),
];

const points = (number: number, name: string, point: readonly JsonField[]): JsonField =>
  field(number, name, () => [field(1, 'dataPoints', () => point, 'repeated')]);
const METRIC: readonly JsonField[] = [
  field(1, 'name', 'string'),
  field(3, 'unit', 'string'),
  points(5, 'gauge', NUMBER_POINT),
  points(7, 'sum', NUMBER_POINT),
  points(9, 'histogram', HISTOGRAM_POINT),
  points(10, 'exponentialHistogram', EXPONENTIAL_POINT),
  points(11, 'summary', SUMMARY_POINT),
];

/** ExportLogsServiceRequest, ExportTraceServiceRequest or ExportMetricsServiceRequest: they differ in names and items only. */
function request(resources: string, scopes: string, items: string, item: readonly JsonField[]): readonly JsonField[] {
  const scope = [field(1, 'scope', () => SCOPE), field(2, items, () => item, 'repeated')];
  const resource = [field(1, 'resource', () => RESOURCE), field(2, scopes, () => scope, 'repeated')];
  return [field(1, resources, () => resource, 'repeated')];
}

/** What is read of the requests, by signal; other fields are ignored. */
export const REQUEST_SCHEMAS = {
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', LOG_RECORD),
  traces: request('resourceSpans', 'scopeSpans', 'spans', SPAN),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', METRIC),
} as const;
