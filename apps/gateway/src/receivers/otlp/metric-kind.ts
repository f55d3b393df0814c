/** Fields of Metric that hold its data (opentelemetry/proto/metrics/v1/metrics.proto). */
export const MetricKind = { GAUGE: 5, SUM: 7, HISTOGRAM: 9, EXPONENTIAL: 10, SUMMARY: 11 } as const;

export type MetricKind = (typeof MetricKind)[keyof typeof MetricKind];

/** What is read of a data point; `list` fields may be packed or not. */
export type PointField =
  | 'attribute'
  | 'time'
  | 'double'
  | 'int'
  | 'flags'
  | 'count'
  | 'sum'
  | 'min'
  | 'max'
  | 'bounds'
  | 'counts'
  | 'scale'
  | 'zeroCount'
  | 'zeroThreshold'
  | 'positive'
  | 'negative'
  | 'quantile';

type Fields = readonly (PointField | undefined)[];

/** By key: field number × 8 + wire type. */
function fieldsOf(keys: Readonly<Record<number, PointField>>): Fields {
  const fields: (PointField | undefined)[] = [];
  for (const [key, field] of Object.entries(keys)) fields[Number(key)] = field;
  return Array.from({ length: fields.length }, (_, key) => fields[key]);
}

const NUMBER = fieldsOf({ 0x19: 'time', 0x21: 'double', 0x31: 'int', 0x3a: 'attribute', 0x40: 'flags' });
const HISTOGRAM = fieldsOf({
  0x19: 'time',
  0x21: 'count',
  0x29: 'sum',
  0x31: 'counts',
  0x32: 'counts',
  0x39: 'bounds',
  0x3a: 'bounds',
  0x4a: 'attribute',
  0x50: 'flags',
  0x59: 'min',
  0x61: 'max',
});
const EXPONENTIAL = fieldsOf({
  0x0a: 'attribute',
  0x19: 'time',
  0x21: 'count',
  0x29: 'sum',
  0x30: 'scale',
  0x39: 'zeroCount',
  0x42: 'positive',
  0x4a: 'negative',
  0x50: 'flags',
  0x61: 'min',
  0x69: 'max',
  0x71: 'zeroThreshold',
});
const SUMMARY = fieldsOf({ 0x19: 'time', 0x21: 'count', 0x29: 'sum', 0x32: 'quantile', 0x3a: 'attribute', 0x40: 'flags' });

const FIELDS = { 5: NUMBER, 7: NUMBER, 9: HISTOGRAM, 10: EXPONENTIAL, 11: SUMMARY } as const;

/** The fields of the data points of a metric. */
export function pointFields(kind: MetricKind): Fields {
  return FIELDS[kind];
}
