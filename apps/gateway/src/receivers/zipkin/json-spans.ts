import { HerculesError } from '@hercules/protocol';
import { badSpan, microsecondsOf, portOf, spanIdOf, traceIdOf } from './span-fields.ts';
import { ZIPKIN_KINDS, type ZipkinAnnotation, type ZipkinEndpoint, type ZipkinKind, type ZipkinSpan } from './zipkin-span.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads Zipkin's JSON v2: a list of spans. Members that are null count as absent, numbers in the place of texts are taken as text, and members that Zipkin
 * does not know are passed over, as Zipkin itself does.
 * @throws HerculesError INVALID_ARGUMENT with the place of what is wrong
 */
export function readJsonSpans(body: Buffer): ZipkinSpan[] {
  let document: unknown;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new HerculesError('INVALID_ARGUMENT', `The body is no JSON: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(document)) throw badSpan('the body', 'a list of spans');
  return document.map((item, i) => spanOf(`spans[${i}]`, item));
}

function spanOf(where: string, item: unknown): ZipkinSpan {
  const span = objectOf(where, item);
  const parentId = textAt(where, span, 'parentId');
  return {
    traceId: traceIdOf(`${where}.traceId`, textAt(where, span, 'traceId') ?? ''),
    id: spanIdOf(`${where}.id`, textAt(where, span, 'id') ?? ''),
    parentId: parentId === undefined ? undefined : spanIdOf(`${where}.parentId`, parentId),
    kind: kindOf(`${where}.kind`, textAt(where, span, 'kind')),
    name: textAt(where, span, 'name'),
    timestamp: microsecondsOf(`${where}.timestamp`, numberAt(where, span, 'timestamp') ?? 0),
    duration: microsecondsOf(`${where}.duration`, numberAt(where, span, 'duration') ?? 0),
    localEndpoint: endpointAt(where, span, 'localEndpoint'),
    remoteEndpoint: endpointAt(where, span, 'remoteEndpoint'),
    annotations: annotationsOf(`${where}.annotations`, span['annotations']),
    tags: tagsOf(`${where}.tags`, span['tags']),
    debug: flagAt(where, span, 'debug'),
    shared: flagAt(where, span, 'shared'),
  };
}

function objectOf(where: string, value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badSpan(where, 'an object', value);
  return value as JsonObject;
}

function textOf(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw badSpan(where, 'a text', value);
}

function textAt(where: string, object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return value === undefined || value === null ? undefined : textOf(`${where}.${key}`, value);
}

function numberAt(where: string, object: JsonObject, key: string): number | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') throw badSpan(`${where}.${key}`, 'a number', value);
  return number;
}

function flagAt(where: string, object: JsonObject, key: string): boolean | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw badSpan(`${where}.${key}`, 'true or false', value);
  return value;
}

function kindOf(where: string, text: string | undefined): ZipkinKind | undefined {
  if (text === undefined) return undefined;
  const kind = ZIPKIN_KINDS.find((known) => known === text.toUpperCase());
  if (kind === undefined) throw badSpan(where, `one of ${ZIPKIN_KINDS.join(', ')}`, text);
  return kind;
}

function endpointAt(where: string, object: JsonObject, key: string): ZipkinEndpoint | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  const at = `${where}.${key}`;
  const endpoint = objectOf(at, value);
  return {
    serviceName: textAt(at, endpoint, 'serviceName'),
    ipv4: textAt(at, endpoint, 'ipv4'),
    ipv6: textAt(at, endpoint, 'ipv6'),
    port: portOf(`${at}.port`, numberAt(at, endpoint, 'port') ?? 0),
  };
}

function annotationsOf(where: string, value: unknown): ZipkinAnnotation[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badSpan(where, 'a list', value);
  return value.map((item, i) => {
    const at = `${where}[${i}]`;
    const annotation = objectOf(at, item);
    const timestamp = microsecondsOf(`${at}.timestamp`, numberAt(at, annotation, 'timestamp') ?? 0);
    if (timestamp === undefined) throw badSpan(`${at}.timestamp`, 'a number of µs since 1970');
    return { timestamp, value: textAt(at, annotation, 'value') ?? '' };
  });
}

function tagsOf(where: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  return Object.entries(objectOf(where, value)).map(([key, text]) => [key, text === null ? '' : textOf(`${where}.${key}`, text)]);
}
