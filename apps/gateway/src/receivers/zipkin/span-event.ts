import { type EventWriter, msToTicks, TICKS_PER_US } from '@hercules/protocol';
import { SPAN_ATTRIBUTES } from '../otlp/span-attributes.ts';
import type { EventCollector } from '../door/event-collector.ts';
import type { ZipkinEndpoint, ZipkinKind, ZipkinSpan } from './zipkin-span.ts';

const NO_HALF = '0'.repeat(16);
/** The lower half of the id of the server's half of a span: the client's half has zeros there, and a store keeps one span for an id. */
const SHARED_HALF = `${'0'.repeat(15)}1`;
const INTEGER = /^(0|[1-9]\d{0,8})$/;
const CODE = 'http.response.code';
/** What an annotation is called when one of the span's own fields has its name. */
const TAG_PREFIX = 'tag.';

const KINDS: Readonly<Record<ZipkinKind, string>> = {
  CLIENT: 'http-request-client',
  SERVER: 'http-request-server',
  PRODUCER: 'producer',
  CONSUMER: 'consumer',
};

/** Tags that have a name of their own among annotations, as with OpenTelemetry. Those of a part of a URL keep their name. */
const RENAMED: ReadonlyMap<string, string> = new Map(
  SPAN_ATTRIBUTES.filter(({ late }) => late === undefined).map(({ key, target }) => [key.toString(), target.toString()]),
);

/**
 * Writes a span as a span event (protocol §10.4), its annotations as `events` as those of OpenTelemetry are. What the event has no place for is kept beside them
 * under Zipkin's names: `localEndpoint`, `remoteEndpoint`, `debug`, `shared`. The server's half of a shared span is a child of the client's half, because
 * both halves have one id; `sharedParentSpanId` keeps its own parent.
 * @param position of the span in its request
 * @throws HerculesError when the event is too long, or the key may not write to the stream
 */
export function writeSpanEvent(collector: EventCollector, stream: string, position: number, uuid: Buffer, span: ZipkinSpan): void {
  const { timestamp, duration } = span;
  const begin = timestamp === undefined ? undefined : BigInt(timestamp) * TICKS_PER_US;
  const end = begin === undefined || duration === undefined ? undefined : begin + BigInt(duration) * TICKS_PER_US;
  const writer = collector.begin(stream, position, end ?? begin ?? msToTicks(Date.now()), uuid);
  writer.uuid('traceId', Buffer.from(span.traceId, 'hex'));
  writeIds(writer, span);
  if (begin !== undefined) writeTime(writer, 'beginTimestampUtc', begin);
  if (end !== undefined) writeTime(writer, 'endTimestampUtc', end);
  writer.beginContainer('annotations');
  for (const [key, value] of annotationsOf(span)) {
    if (typeof value === 'number') writer.integer(key, value);
    else writer.string(key, value);
  }
  writer.endContainer();
  if (span.annotations.length > 0) writeAnnotations(writer, span);
  writeEndpoint(writer, 'localEndpoint', { ...span.localEndpoint, serviceName: undefined });
  writeEndpoint(writer, 'remoteEndpoint', span.remoteEndpoint ?? {});
  if (span.debug !== undefined) writer.flag('debug', span.debug);
  if (span.shared !== undefined) writer.flag('shared', span.shared);
  collector.end();
}

function writeIds(writer: EventWriter, { id, parentId, shared }: ZipkinSpan): void {
  if (shared !== true) {
    writer.uuid('spanId', spanUuid(id, NO_HALF));
    if (parentId !== undefined) writer.uuid('parentSpanId', spanUuid(parentId, NO_HALF));
    return;
  }
  writer.uuid('spanId', spanUuid(id, SHARED_HALF));
  writer.uuid('parentSpanId', spanUuid(id, NO_HALF));
  if (parentId !== undefined) writer.uuid('sharedParentSpanId', spanUuid(parentId, NO_HALF));
}

function spanUuid(high: string, low: string): Buffer {
  return Buffer.from(high + low, 'hex');
}

function writeTime(writer: EventWriter, key: string, ticks: bigint): void {
  writer.long(key, ticks);
  writer.long(`${key}Offset`, 0n);
}

function annotationsOf({ kind, name, localEndpoint, remoteEndpoint, tags }: ZipkinSpan): Map<string, string | number> {
  const annotations = new Map<string, string | number>();
  if (kind !== undefined) annotations.set('kind', KINDS[kind]);
  if (name !== undefined) annotations.set('operation', name);
  if (localEndpoint?.serviceName) annotations.set('application', localEndpoint.serviceName);
  // Who was called; on a server's span the other side is who has called.
  if (remoteEndpoint?.serviceName && kind !== 'SERVER') annotations.set('targetService', remoteEndpoint.serviceName);
  const own = new Set(annotations.keys());
  for (const [key, value] of tags) {
    if (own.has(key)) annotations.set(TAG_PREFIX + key, value);
    else annotations.set(...annotationOf(key, value, annotations));
  }
  // By this a failed span is found.
  if (annotations.has('error') && !annotations.has('status')) annotations.set('status', 'error');
  return annotations;
}

function annotationOf(key: string, value: string, known: ReadonlyMap<string, unknown>): [string, string | number] {
  const target = RENAMED.get(key) ?? key;
  if (target !== key && known.has(target)) return [key, value];
  if (target !== CODE) return [target, value];
  return INTEGER.test(value) ? [target, Number(value)] : [key, value];
}

function writeAnnotations(writer: EventWriter, { annotations }: ZipkinSpan): void {
  writer.beginVector('events', 'container');
  for (const { timestamp, value } of annotations) {
    writer.beginContainer(null);
    writer.long('timestamp', BigInt(timestamp) * TICKS_PER_US);
    writer.string('name', value);
    writer.endContainer();
  }
  writer.endVector();
}

function writeEndpoint(writer: EventWriter, key: string, { serviceName, ipv4, ipv6, port }: ZipkinEndpoint): void {
  const texts = Object.entries({ serviceName, ipv4, ipv6 }).filter(([, text]) => text !== undefined && text !== '');
  if (texts.length === 0 && port === undefined) return;
  writer.beginContainer(key);
  for (const [name, text] of texts) writer.string(name, text!);
  if (port !== undefined) writer.integer('port', port);
  writer.endContainer();
}
