import { tag, type Value } from '@hercules/protocol';

// The mapping once more, as plainly as it can be said, on decoded objects: what the converters do on bytes is compared with this.

export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
  bytesValue?: Buffer;
}
export interface KeyValue {
  key?: string;
  value?: AnyValue;
}
export interface Attributes {
  attributes?: KeyValue[];
}
export interface Scope extends Attributes {
  name?: string;
  version?: string;
}
type Tags = Map<string, Value>;

export interface ReferenceEvent {
  readonly timestamp: bigint;
  readonly payload: Tags;
}

export class Refused extends Error {}

export const ticks = (nanoseconds: string | undefined): bigint => BigInt(nanoseconds ?? 0) / 100n;
const MAX_DEPTH = 16;

function deeper(depth: number): number {
  if (depth === MAX_DEPTH) throw new Refused('depth');
  return depth + 1;
}

function setTag(tags: Tags, key: string, value: Value): void {
  if (Buffer.byteLength(key) > 255) throw new Refused('key');
  tags.set(key, value);
}

type Kind = 'null' | 'string' | 'flag' | 'long' | 'double' | 'vector' | 'container';

function kindOf(value: AnyValue | undefined): Kind {
  if (value?.stringValue !== undefined) return 'string';
  if (value?.boolValue !== undefined) return 'flag';
  if (value?.intValue !== undefined) return 'long';
  if (value?.doubleValue !== undefined) return 'double';
  if (value?.arrayValue !== undefined || value?.bytesValue !== undefined) return 'vector';
  return value?.kvlistValue === undefined ? 'null' : 'container';
}

export function valueOf(value: AnyValue | undefined, depth: number): Value {
  switch (kindOf(value)) {
    case 'null':
      return tag.null();
    case 'string':
      return tag.string(value!.stringValue!);
    case 'flag':
      return tag.flag(value!.boolValue!);
    case 'long':
      return tag.long(BigInt(value!.intValue!));
    case 'double':
      return tag.double(value!.doubleValue!);
    case 'container':
      return tag.container(tagsOf(value!.kvlistValue!.values, deeper(depth)));
    case 'vector': {
      const inner = deeper(depth);
      return value!.bytesValue === undefined ? vectorOf(value!.arrayValue!.values ?? [], inner) : tag.vector('byte', value!.bytesValue);
    }
  }
}

function vectorOf(values: AnyValue[], depth: number): Value {
  const kinds = new Set(values.map(kindOf));
  const [kind] = kinds;
  if (kinds.size === 2 && kinds.has('long') && kinds.has('double')) {
    return tag.vector(
      'double',
      values.map(({ intValue, doubleValue }) => doubleValue ?? Number(intValue)),
    );
  }
  if (kinds.size === 1 && kind !== 'null')
    return tag.vector(
      kind!,
      values.map((value) => valueOf(value, depth).value as never),
    );
  return tag.vector(
    'string',
    values.map((value) => textOf(value, depth)),
  );
}

export function textOf(value: AnyValue | undefined, depth: number): string {
  if (value?.stringValue !== undefined) return value.stringValue;
  if (value?.bytesValue !== undefined) return value.bytesValue.toString('base64');
  return jsonOf(value, depth);
}

function jsonOf(value: AnyValue | undefined, depth: number): string {
  if (value?.stringValue !== undefined || value?.bytesValue !== undefined) return JSON.stringify(textOf(value, depth));
  if (value?.boolValue !== undefined) return String(value.boolValue);
  if (value?.intValue !== undefined) return value.intValue;
  if (value?.doubleValue !== undefined) return Number.isFinite(value.doubleValue) ? String(value.doubleValue) : `"${value.doubleValue}"`;
  if (value?.arrayValue !== undefined) {
    const inner = deeper(depth);
    return `[${(value.arrayValue.values ?? []).map((element) => jsonOf(element, inner)).join(',')}]`;
  }
  if (value?.kvlistValue === undefined) return 'null';
  const inner = deeper(depth);
  const pairs = (value.kvlistValue.values ?? []).filter(({ key }) => key);
  return `{${pairs.map((pair) => `${JSON.stringify(pair.key)}:${jsonOf(pair.value, inner)}`).join(',')}}`;
}

/** @param depth of the container that the tags are in */
export function tagsOf(pairs: KeyValue[] = [], depth = 1): Tags {
  const tags: Tags = new Map();
  for (const { key, value } of pairs) if (key) setTag(tags, key, valueOf(value, depth));
  return tags;
}

const text = (pairs: KeyValue[] = [], ...keys: string[]): string | undefined =>
  keys
    .map((key) => pairs.filter((pair) => pair.key === key).findLast(({ value }) => value?.stringValue !== undefined)?.value?.stringValue)
    .find((found) => found !== undefined);

function scopeTags(scope: Scope | undefined): Tags {
  return new Map([
    ...(scope?.name ? [['otel.scope.name', tag.string(scope.name)] as const] : []),
    ...(scope?.version ? [['otel.scope.version', tag.string(scope.version)] as const] : []),
    ...tagsOf(scope?.attributes),
  ]);
}

const isId = (id: Buffer | undefined, bytes: number): id is Buffer => id?.length === bytes && id.some((byte) => byte !== 0);

export interface LogRecord extends Attributes {
  timeUnixNano?: string;
  observedTimeUnixNano?: string;
  severityNumber?: number;
  severityText?: string;
  body?: AnyValue;
  traceId?: Buffer;
  spanId?: Buffer;
  eventName?: string;
}

export function logEvent(resource: Attributes | undefined, scope: Scope | undefined, record: LogRecord, now: bigint): ReferenceEvent {
  const properties = tagsOf(resource?.attributes);
  const project = text(resource?.attributes, 'service.namespace');
  const environment = text(resource?.attributes, 'deployment.environment.name', 'deployment.environment');
  if (project !== undefined && !properties.has('project')) properties.set('project', tag.string(project));
  if (environment !== undefined && !properties.has('environment')) properties.set('environment', tag.string(environment));
  for (const [key, value] of [...scopeTags(scope), ...tagsOf(record.attributes)]) properties.set(key, value);
  if (isId(record.traceId, 16)) properties.set('traceId', tag.string(record.traceId.toString('hex')));
  if (isId(record.spanId, 8)) properties.set('spanId', tag.string(record.spanId.toString('hex')));
  if (record.eventName) properties.set('eventName', tag.string(record.eventName));
  const [time, observed] = [ticks(record.timeUnixNano), ticks(record.observedTimeUnixNano)];
  if (time > 0n && observed > 0n && time !== observed) properties.set('observedTimestampUtc', tag.long(observed));
  const bodyKind = kindOf(record.body);
  if (record.body?.arrayValue !== undefined || record.body?.kvlistValue !== undefined) properties.set('body', valueOf(record.body, 1));

  const payload: Tags = new Map([
    ['utcOffset', tag.long(0n)],
    ['properties', tag.container(properties)],
  ]);
  const severity = record.severityNumber ?? 0;
  const level = record.severityText || ['Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal'][Math.ceil(severity / 4) - 1];
  if (level !== undefined) payload.set('level', tag.string(level));
  if (bodyKind !== 'null') payload.set('message', tag.string(textOf(record.body, 1)));
  const stackTrace = text(record.attributes, 'exception.stacktrace');
  const exception: Tags = new Map();
  for (const name of ['type', 'message']) {
    const found = text(record.attributes, `exception.${name}`);
    if (found !== undefined) exception.set(name, tag.string(found));
  }
  if (stackTrace) payload.set('stackTrace', tag.string(stackTrace));
  else if (exception.size > 0) payload.set('exception', tag.container(exception));
  return { timestamp: time || observed || now, payload };
}

export interface Span extends Attributes {
  traceId?: Buffer;
  spanId?: Buffer;
  parentSpanId?: Buffer;
  traceState?: string;
  name?: string;
  kind?: number;
  startTimeUnixNano?: string;
  endTimeUnixNano?: string;
  events?: (Attributes & { timeUnixNano?: string; name?: string })[];
  links?: (Attributes & { traceId?: Buffer; spanId?: Buffer; traceState?: string })[];
  status?: { message?: string; code?: number };
}

const RENAMED = new Map([
  ['http.status_code', 'http.response.code'],
  ['http.response.status_code', 'http.response.code'],
  ['http.method', 'http.request.method'],
  ['http.url', 'http.request.url'],
  ['url.full', 'http.request.url'],
  ['http.request_content_length', 'http.request.size'],
  ['http.request.body.size', 'http.request.size'],
  ['http.response_content_length', 'http.response.size'],
  ['http.response.body.size', 'http.response.size'],
  ['net.peer.name', 'http.client.name'],
  ['net.peer.ip', 'http.client.address'],
  ['client.address', 'http.client.address'],
  ['network.peer.address', 'http.client.address'],
  ['peer.service', 'targetService'],
  ['service.peer.name', 'targetService'],
]);
const RESOURCE_RENAMED = new Map([
  ['service.name', 'application'],
  ['host.name', 'host'],
]);

const uuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const spanUuid = (id: Buffer): Value => tag.uuid(uuid(id.toString('hex').padEnd(32, '0')));

export function spanEvent(resource: Attributes | undefined, scope: Scope | undefined, span: Span, now: bigint): ReferenceEvent {
  const annotations: Tags = new Map();
  for (const { key, value } of resource?.attributes ?? []) {
    if (key && !key.startsWith('metric_')) setTag(annotations, RESOURCE_RENAMED.get(key) ?? key, valueOf(value, 1));
  }
  for (const [key, value] of scopeTags(scope)) annotations.set(key, value);
  const own = (span.attributes ?? []).filter(({ key }) => key) as { key: string; value?: AnyValue }[];
  for (const { key, value } of own) {
    if (['http.target', 'url.path', 'server.address'].includes(key)) continue;
    const written = valueOf(value, 1);
    const isCode =
      RENAMED.get(key) === 'http.response.code' && written.type === 'long' && BigInt.asIntN(32, written.value) === written.value;
    setTag(annotations, RENAMED.get(key) ?? key, isCode ? tag.integer(Number(written.value)) : written);
  }
  const path = own.findLast(({ key }) => key === 'http.target' || key === 'url.path');
  const server = own.findLast(({ key }) => key === 'server.address');
  const hasUrl = own.some(({ key }) => RENAMED.get(key) === 'http.request.url');
  if (path !== undefined) annotations.set(hasUrl ? path.key : 'http.request.url', valueOf(path.value, 1));
  const isOther = span.kind === 3 && !own.some(({ key }) => key === 'net.peer.name');
  if (server !== undefined) annotations.set(isOther ? 'http.client.name' : 'server.address', valueOf(server.value, 1));
  const kind = ['', '', 'http-request-server', 'http-request-client', 'producer', 'consumer'][span.kind ?? 0];
  if (kind) annotations.set('kind', tag.string(kind));
  annotations.set('operation', tag.string(span.name ?? ''));
  if (span.traceState) annotations.set('tracestate', tag.string(span.traceState));
  if (span.status?.code === 1) annotations.set('status', tag.string('success'));
  if (span.status?.code === 2) annotations.set('status', tag.string('error'));
  if (span.status?.code === 2 && span.status.message) annotations.set('error', tag.string(span.status.message));

  if (!isId(span.traceId, 16) || !isId(span.spanId, 8)) throw new Refused('id');
  const payload: Tags = new Map([
    ['annotations', tag.container(annotations)],
    ['traceId', tag.uuid(uuid(span.traceId.toString('hex')))],
    ['spanId', spanUuid(span.spanId)],
  ]);
  if (span.parentSpanId !== undefined && span.parentSpanId.length > 0) {
    if (span.parentSpanId.length !== 8) throw new Refused('parent');
    if (isId(span.parentSpanId, 8)) payload.set('parentSpanId', spanUuid(span.parentSpanId));
  }
  const [begin, end] = [ticks(span.startTimeUnixNano), ticks(span.endTimeUnixNano)];
  for (const [name, time] of [
    ['begin', begin],
    ['end', end],
  ] as const) {
    if (time === 0n) continue;
    payload.set(`${name}TimestampUtc`, tag.long(time));
    payload.set(`${name}TimestampUtcOffset`, tag.long(0n));
  }
  if (span.events?.length) payload.set('events', tag.vector('container', span.events.map(pointOf)));
  if (span.links?.length) payload.set('links', tag.vector('container', span.links.map(linkOf)));
  return { timestamp: end || begin || now, payload };
}

function pointOf({ timeUnixNano, name, attributes }: NonNullable<Span['events']>[number]): Tags {
  const tags: Tags = new Map();
  if (ticks(timeUnixNano) > 0n) tags.set('timestamp', tag.long(ticks(timeUnixNano)));
  tags.set('name', tag.string(name ?? ''));
  const inner = tagsOf(attributes, 3);
  if (inner.size > 0) tags.set('attributes', tag.container(inner));
  if (name !== 'exception') return tags;
  const exception: Tags = new Map();
  for (const [from, to] of [
    ['type', 'type'],
    ['message', 'message'],
    ['stacktrace', 'stackTrace'],
  ] as const) {
    const found = text(attributes, `exception.${from}`);
    if (found !== undefined) exception.set(to, tag.string(found));
  }
  if (exception.size > 0) tags.set('exception', tag.container(exception));
  return tags;
}

function linkOf({ traceId, spanId, traceState, attributes }: NonNullable<Span['links']>[number]): Tags {
  if (traceId?.length !== 16 || spanId?.length !== 8) throw new Refused('link');
  const tags: Tags = new Map([
    ['traceId', tag.uuid(uuid(traceId.toString('hex')))],
    ['spanId', spanUuid(spanId)],
  ]);
  if (traceState) tags.set('traceState', tag.string(traceState));
  const inner = tagsOf(attributes, 3);
  if (inner.size > 0) tags.set('attributes', tag.container(inner));
  return tags;
}

interface Point extends Attributes {
  timeUnixNano?: string;
  flags?: number;
  asDouble?: number;
  asInt?: string;
  count?: string;
  sum?: number;
  min?: number;
  max?: number;
  bucketCounts?: string[];
  explicitBounds?: number[];
  scale?: number;
  zeroCount?: string;
  zeroThreshold?: number;
  positive?: { offset?: number; bucketCounts?: string[] };
  negative?: { offset?: number; bucketCounts?: string[] };
  quantileValues?: { quantile?: number; value?: number }[];
}

export interface Metric {
  name?: string;
  unit?: string;
  gauge?: { dataPoints?: Point[] };
  sum?: { dataPoints?: Point[] };
  histogram?: { dataPoints?: Point[] };
  exponentialHistogram?: { dataPoints?: Point[] };
  summary?: { dataPoints?: Point[] };
}

type Series = readonly [suffix: string, extra: readonly [string, string] | undefined, value: number | undefined];

/** The events of each data point, or an error for a point that is refused. */
export function metricEvents(
  resource: Attributes | undefined,
  scope: Scope | undefined,
  metric: Metric,
  now: bigint,
  maxBuckets: number,
): (ReferenceEvent[] | Refused)[] {
  const data = metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponentialHistogram ?? metric.summary;
  return (data?.dataPoints ?? []).map((point) => {
    try {
      if (!metric.name) throw new Refused('name');
      if (((point.flags ?? 0) & 1) === 1) return [];
      const shared: [string, string][] = [['__metrics_data_type', '_tagged_metrics_'], ...metricResourceTags(resource?.attributes)];
      if (scope?.name) shared.push(['scope', scope.name]);
      const own = (point.attributes ?? [])
        .filter(({ key, value }) => key && value?.stringValue !== '')
        .map(({ key, value }): [string, string] => [key!, kindOf(value) === 'null' ? 'unknown' : textOf(value, 0)]);
      return seriesOf(metric, point, maxBuckets)
        .filter(([, , value]) => value !== undefined && Number.isFinite(value))
        .map(([suffix, extra, value]) => {
          const pairs: (readonly [string, string])[] = [
            ...shared,
            ['_name', `${metric.name}${suffix}`],
            ...own,
            ...(extra === undefined ? [] : [extra]),
          ];
          const payload: Tags = new Map([
            ['value', tag.double(value!)],
            [
              'tags',
              tag.vector(
                'container',
                pairs.map(
                  ([key, pairValue]) =>
                    new Map([
                      ['key', tag.string(key)],
                      ['value', tag.string(pairValue)],
                    ]),
                ),
              ),
            ],
          ]);
          if (metric.unit) payload.set('unit', tag.string(metric.unit));
          return { timestamp: ticks(point.timeUnixNano) || now, payload };
        });
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  });
}

function seriesOf(metric: Metric, point: Point, maxBuckets: number): Series[] {
  if (metric.gauge !== undefined || metric.sum !== undefined) {
    const value = point.asDouble ?? (point.asInt === undefined ? undefined : Number(point.asInt));
    if (value === undefined || !Number.isFinite(value)) throw new Refused('value');
    return [['', undefined, value]];
  }
  const count = Number(point.count ?? 0);
  if (metric.summary !== undefined) {
    const quantiles = (point.quantileValues ?? []).map(({ quantile, value }): Series => [
      '',
      ['quantile', String(quantile ?? 0)],
      value ?? 0,
    ]);
    return [...quantiles, ['_sum', undefined, point.sum ?? 0], ['_count', undefined, count]];
  }
  const totals: Series[] = [
    ['_max', undefined, point.max],
    ['_min', undefined, point.min],
    ['_sum', undefined, point.sum],
    ['_count', undefined, count],
  ];
  if (metric.exponentialHistogram !== undefined) return [...exponentialSeries(point, maxBuckets), ['', ['le', 'inf'], count], ...totals];
  const [bounds, counts] = [point.explicitBounds ?? [], (point.bucketCounts ?? []).map(Number)];
  if (bounds.length === 0 && counts.length === 0) return totals;
  if (counts.length !== bounds.length + 1) throw new Refused('bounds');
  if (bounds.some((bound, i) => !Number.isFinite(bound) && !(bound === Infinity && i === bounds.length - 1))) throw new Refused('bound');
  const cumulative = counts.map((_, i) => counts.slice(0, i + 1).reduce((sum, each) => sum + each, 0));
  const buckets = cumulative.map((value, i): Series => ['', ['le', i === bounds.length ? 'inf' : String(bounds[i])], value]);
  return [...buckets.filter(([, extra]) => extra![1] !== 'Infinity'), ...totals];
}

function exponentialSeries(point: Point, maxBuckets: number): Series[] {
  let scale = point.scale ?? 0;
  if (scale < -10 || scale > 20) throw new Refused('scale');
  const populated = (buckets: Point['positive']): Map<number, number> =>
    new Map(
      (buckets?.bucketCounts ?? [])
        .map(Number)
        .map((count, i) => [(buckets?.offset ?? 0) + i, count] as const)
        .filter(([, count]) => count > 0),
    );
  const joined = (buckets: Map<number, number>): Map<number, number> => {
    const result = new Map<number, number>();
    for (const [index, count] of buckets) result.set(index >> 1, (result.get(index >> 1) ?? 0) + count);
    return result;
  };
  let [positive, negative] = [populated(point.positive), populated(point.negative)];
  const zero = Number(point.zeroCount ?? 0);
  while (positive.size + negative.size + (zero > 0 ? 1 : 0) > maxBuckets && positive.size + negative.size > 2) {
    [positive, negative] = [joined(positive), joined(negative)];
    scale--;
  }
  const own: (readonly [bound: number, count: number])[] = [
    ...[...negative].map(([index, count]) => [-(2 ** (index * 2 ** -scale)), count] as const),
    ...(zero > 0 ? [[point.zeroThreshold ?? 0, zero] as const] : []),
    ...[...positive].map(([index, count]) => [2 ** ((index + 1) * 2 ** -scale), count] as const),
  ];
  const bounds = [...new Set(own.map(([bound]) => bound))].filter(Number.isFinite).sort((a, b) => a - b);
  const below = (bound: number): number => own.filter(([other]) => other <= bound).reduce((sum, [, count]) => sum + count, 0);
  return bounds.map((bound): Series => ['', ['le', String(bound)], below(bound)]);
}

function metricResourceTags(pairs: KeyValue[] = []): [string, string][] {
  const ranks: Record<string, [string, number]> = {
    project: ['project', 1],
    subproject: ['subproject', 1],
    environment: ['environment', 1],
    'service.name': ['application', 2],
    'host.name': ['host', 2],
    'service.instance.id': ['instance', 2],
    'service.namespace': ['project', 2],
    'deployment.environment.name': ['environment', 2],
    'deployment.environment': ['environment', 3],
  };
  const tags = new Map<string, [string, number]>();
  for (const { key = '', value } of pairs) {
    const [name, rank] = key.startsWith('metric_') ? [key.slice(7), 0] : Object.hasOwn(ranks, key) ? ranks[key]! : ['', 0];
    const text = kindOf(value) === 'null' ? 'unknown' : textOf(value, 0);
    if (name === '' || text === '' || (tags.get(name)?.[1] ?? 9) < rank) continue;
    tags.set(name, [text, rank]);
  }
  return [...tags].map(([name, [text]]) => [name, text]);
}
