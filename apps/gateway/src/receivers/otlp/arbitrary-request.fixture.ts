import fc from 'fast-check';

const KEYS = [
  ...[
    'service.name',
    'host.name',
    'service.namespace',
    'service.instance.id',
    'deployment.environment',
    'deployment.environment.name',
    'project',
  ],
  ...[
    'environment',
    'metric_project',
    'metric_x',
    'metric_',
    'exception.type',
    'exception.message',
    'exception.stacktrace',
    'http.method',
    'http.url',
  ],
  ...[
    'http.status_code',
    'http.response.status_code',
    'http.target',
    'url.path',
    'url.full',
    'server.address',
    'net.peer.name',
    'client.address',
  ],
  ...['peer.service', 'kind', 'status', 'traceId', 'ключ', 'k'.repeat(130), ''],
];
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constant('x'.repeat(256)) },
);
const text = fc.oneof(fc.string({ maxLength: 20, unit: 'grapheme' }), fc.string({ minLength: 125, maxLength: 400 }), fc.constant(''));
const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map(String);
const count = fc.oneof(fc.nat(1000), fc.constant(2 ** 33)).map(String);
const time = fc.oneof(fc.constant('0'), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String), fc.constant('1764000000123456789'));
const double = fc.oneof(fc.double(), fc.integer());
const bytes = (length: number): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      { weight: 9, arbitrary: fc.uint8Array({ minLength: length, maxLength: length }) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
      { weight: 1, arbitrary: fc.constant(new Uint8Array(length)) },
    )
    .map((array) => Buffer.from(array));

const { value: anyValue, pair } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array)) }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 4 }) }) }),
    fc.record({
      arrayValue: fc.record({
        values: fc.array(fc.oneof(fc.record({ intValue: int64 }), fc.record({ doubleValue: double })), { maxLength: 4 }),
      }),
    }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie('pair'), { maxLength: 4 }) }) }),
  ),
  pair: fc.record({ key, value: tie('value') }, { requiredKeys: [] }),
}));
const attributes = fc.array(pair, { maxLength: 6 });

/** Optional fields are there or not; required ones have no default that would hide them. */
const message = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T): fc.Arbitrary<object> =>
  fc.record(fields, { requiredKeys: [] });

const logRecord = message({
  timeUnixNano: time,
  observedTimeUnixNano: time,
  severityNumber: fc.integer({ min: 0, max: 26 }),
  severityText: text,
  body: anyValue,
  attributes,
  droppedAttributesCount: fc.nat(5),
  flags: fc.nat(5),
  traceId: bytes(16),
  spanId: bytes(8),
  eventName: text,
});

const id = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
const span = fc
  .tuple(
    fc.record({ traceId: id(16), spanId: id(8) }),
    message({
      traceId: bytes(16),
      spanId: bytes(8),
      parentSpanId: bytes(8),
      traceState: text,
      name: text,
      kind: fc.integer({ min: 0, max: 6 }),
      startTimeUnixNano: time,
      endTimeUnixNano: time,
      attributes,
      events: fc.array(message({ timeUnixNano: time, name: fc.oneof(text, fc.constant('exception')), attributes }), { maxLength: 3 }),
      links: fc.array(fc.record({ traceId: bytes(16), spanId: id(8), traceState: text, attributes }), { maxLength: 2 }),
      status: message({ message: text, code: fc.integer({ min: 0, max: 3 }) }),
      flags: fc.nat(5),
    }),
  )
  .map(([ids, rest]) => ({ ...ids, ...rest }));

const buckets = message({ offset: fc.integer({ min: -40, max: 40 }), bucketCounts: fc.array(count, { maxLength: 12 }) });
const pointBase = { attributes, timeUnixNano: time, flags: fc.constantFrom(0, 0, 0, 1, 2) };
const numberPoint = fc.oneof(message({ ...pointBase, asDouble: double }), message({ ...pointBase, asInt: int64 }));
const totals = { count, sum: double, min: double, max: double };
const histogramPoint = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double()), { maxLength: 5 }).chain((explicitBounds) => {
  const bucketCounts = fc.array(count, { minLength: explicitBounds.length + 1, maxLength: explicitBounds.length + 1 });
  return message({ ...pointBase, ...totals, explicitBounds: fc.constant(explicitBounds), bucketCounts });
});
const exponentialPoint = message({
  ...pointBase,
  ...totals,
  scale: fc.integer({ min: -11, max: 21 }),
  zeroCount: count,
  positive: buckets,
  negative: buckets,
  zeroThreshold: fc.constantFrom(0, 1e-9),
});
const summaryPoint = message({
  ...pointBase,
  count,
  sum: double,
  quantileValues: fc.array(message({ quantile: fc.constantFrom(0, 0.5, 0.99, 1), value: double }), { maxLength: 4 }),
});
const points = (point: fc.Arbitrary<unknown>): fc.Arbitrary<object> => fc.record({ dataPoints: fc.array(point, { maxLength: 3 }) });
const data = fc.oneof(
  fc.record({ gauge: points(numberPoint) }),
  fc.record({ sum: points(numberPoint) }),
  fc.record({ histogram: points(histogramPoint) }),
  fc.record({ exponentialHistogram: points(exponentialPoint) }),
  fc.record({ summary: points(summaryPoint) }),
);
const metric = fc
  .tuple(message({ description: text, unit: text }), fc.oneof({ weight: 9, arbitrary: fc.constant('requests') }, text), data)
  .map(([rest, name, inner]) => ({ name, ...rest, ...inner }));

const resource = message({ attributes });
const scope = message({ name: text, version: text, attributes });

function request(resources: string, scopes: string, items: string, item: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const inScope = message({ scope, [items]: fc.array(item, { maxLength: 4 }), schemaUrl: text });
  const inResource = message({ resource, [scopes]: fc.array(inScope, { maxLength: 3 }), schemaUrl: text });
  return fc.record({ [resources]: fc.array(inResource, { maxLength: 3 }) });
}

/** Requests as objects with camelCase keys, ids and bytes as Buffers, 64-bit numbers as text. */
export const ARBITRARY_REQUESTS = {
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  traces: request('resourceSpans', 'scopeSpans', 'spans', span),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
};
