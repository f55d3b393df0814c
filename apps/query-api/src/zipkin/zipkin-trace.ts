import { SpanReader } from '@hercules/cassandra';
import { type Container, type HerculesEvent, NIL_UUID, ProtocolError, readEvent, TICKS_PER_US, type Value } from '@hercules/protocol';
import { SpanIds } from './span-ids.ts';
import type { ZipkinAnnotation, ZipkinEndpoint, ZipkinKind, ZipkinSpan } from './zipkin-span.ts';

/** Annotations that have a place of their own in a span. */
const PLACED = new Set(['kind', 'operation', 'application']);
/** Names that Zipkin's users look for, and whence they come (apis §10). */
const USUAL_TAGS: ReadonlyMap<string, string> = new Map([
  ['http.request.method', 'http.method'],
  ['http.response.code', 'http.status_code'],
]);
const KINDS: readonly (readonly [suffix: string, kind: ZipkinKind])[] = [
  ['client', 'CLIENT'],
  ['server', 'SERVER'],
  ['producer', 'PRODUCER'],
  ['consumer', 'CONSUMER'],
];

const reader = new SpanReader();

/**
 * Turns the events of one trace into Zipkin's spans. What is no span of a trace is left out, and so is what cannot be read: the sink takes events
 * that are nested deeper than readers go, and one of them must not hide the others.
 */
export function zipkinTrace(events: readonly Buffer[]): ZipkinSpan[] {
  const ids = new SpanIds();
  return events.flatMap((bytes) => {
    try {
      reader.read(bytes, 0, bytes.length);
      if (reader.traceIdAt < 0 || reader.spanIdAt < 0) return [];
      return [zipkinSpan(readEvent(bytes).event, ids)];
    } catch (error) {
      if (error instanceof ProtocolError) return [];
      throw error;
    }
  });
}

/** {@link reader} stands at the event. */
function zipkinSpan({ payload }: HerculesEvent, ids: SpanIds): ZipkinSpan {
  const { begin, duration, service, operation, remoteService, error } = reader;
  const annotations = containerAt(payload, 'annotations');
  const span = uuidAt(payload, 'spanId')!;
  const parent = uuidAt(payload, 'parentSpanId');
  // The two halves of a shared span have one id: the client's half is the parent, and this one has kept its own.
  const isShared = parent !== undefined && flagAt(payload, 'shared') === true;
  const ownParent = isShared ? uuidAt(payload, 'sharedParentSpanId') : parent;
  const keptRemote = endpointAt(payload, 'remoteEndpoint');
  const remoteEndpoint = keptRemote ?? (remoteService === '' ? undefined : { serviceName: remoteService });
  const happened = annotationsOf(payload);
  const kind = kindOf(annotations.get('kind'));
  const durationUs = Number(duration / TICKS_PER_US);
  return {
    traceId: uuidAt(payload, 'traceId')!.replaceAll('-', ''),
    id: ids.of(isShared ? parent : span),
    ...(ownParent === undefined || ownParent === NIL_UUID ? {} : { parentId: ids.of(ownParent) }),
    ...(kind === undefined ? {} : { kind }),
    ...(operation === '' ? {} : { name: operation }),
    timestamp: Number(begin / TICKS_PER_US),
    // Zipkin takes 0 for unknown, so what was faster than it can tell counts as 1.
    ...(duration > 0n ? { duration: Math.max(1, durationUs) } : {}),
    localEndpoint: { serviceName: service, ...endpointAt(payload, 'localEndpoint') },
    ...(remoteEndpoint === undefined ? {} : { remoteEndpoint }),
    ...(happened.length === 0 ? {} : { annotations: happened }),
    tags: tagsOf(annotations, error, keptRemote?.serviceName),
    ...(flagAt(payload, 'debug') === true ? { debug: true } : {}),
    ...(isShared ? { shared: true } : {}),
  };
}

/** @param remote the service on the other side, which the span says by itself */
function tagsOf(annotations: Container, error: boolean, remote: string | undefined): Record<string, string> {
  // Without a prototype no key is special, so that an annotation `__proto__` is a tag like others.
  const tags = Object.create(null) as Record<string, string>;
  for (const [key, value] of annotations) {
    if (PLACED.has(key)) continue;
    const text = textOf(value);
    if (key === 'targetService' && text === remote) continue;
    tags[key] = text;
    const usual = USUAL_TAGS.get(key);
    if (usual !== undefined) tags[usual] = text;
  }
  const url = tags['http.request.url'];
  if (url !== undefined) {
    tags['http.url'] ??= url;
    tags['http.path'] ??= pathOf(url);
  }
  if (error) tags['error'] ??= tags['status'] ?? tags['http.status_code'] ?? 'error';
  return tags;
}

/** What a span of Zipkin has kept of an endpoint. */
function endpointAt(payload: Container, key: string): ZipkinEndpoint | undefined {
  const value = payload.get(key);
  if (value?.type !== 'container') return undefined;
  const [serviceName, ipv4, ipv6] = ['serviceName', 'ipv4', 'ipv6'].map((name) => value.value.get(name));
  const port = value.value.get('port');
  return {
    ...(serviceName?.type === 'string' ? { serviceName: serviceName.value } : {}),
    ...(ipv4?.type === 'string' ? { ipv4: ipv4.value } : {}),
    ...(ipv6?.type === 'string' ? { ipv6: ipv6.value } : {}),
    ...(port?.type === 'integer' ? { port: port.value } : {}),
  };
}

/** The events of a span: Zipkin's annotations, and OpenTelemetry's events by their names. */
function annotationsOf(payload: Container): ZipkinAnnotation[] {
  const events = payload.get('events');
  if (events?.type !== 'vector' || Buffer.isBuffer(events.value.elements)) return [];
  return events.value.elements.flatMap((event) => {
    if (!(event instanceof Map)) return [];
    const timestamp = event.get('timestamp');
    const name = event.get('name');
    if (timestamp?.type !== 'long' || name?.type !== 'string') return [];
    return [{ timestamp: Number(timestamp.value / TICKS_PER_US), value: name.value }];
  });
}

function flagAt(payload: Container, key: string): boolean | undefined {
  const value = payload.get(key);
  return value?.type === 'flag' ? value.value : undefined;
}

function pathOf(url: string): string {
  return (URL.canParse(url) ? new URL(url).pathname : url.split('?', 1)[0]) ?? url;
}

function kindOf(value: Value | undefined): ZipkinKind | undefined {
  if (value?.type !== 'string') return undefined;
  const text = value.value.toLowerCase();
  return KINDS.find(([suffix]) => text.endsWith(suffix))?.[1];
}

function textOf(value: Value): string {
  if (value.type === 'container' || value.type === 'vector' || value.type === 'null') return JSON.stringify(plain(value.value));
  return String(value.value);
}

/** Containers as objects, long numbers and bytes as text: for people to read. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value instanceof Map) {
    return Object.fromEntries([...(value as Map<string, unknown>)].map(([key, inner]) => [key, plain(inner)]));
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('elements' in value) return plain(value.elements);
  return 'value' in value ? plain(value.value) : value;
}

function containerAt(payload: Container, key: string): Container {
  const value = payload.get(key);
  return value?.type === 'container' ? value.value : new Map();
}

function uuidAt(payload: Container, key: string): string | undefined {
  const value = payload.get(key);
  return value?.type === 'uuid' ? value.value : undefined;
}
