import { isIP } from 'node:net';
import { ProtoReader } from '../grpc/proto-reader.ts';
import { badSpan, microsecondsOf, portOf, spanIdOf, traceIdOf } from './span-fields.ts';
import { ZIPKIN_KINDS, type ZipkinAnnotation, type ZipkinEndpoint, type ZipkinSpan } from './zipkin-span.ts';

/** Keys of ListOfSpans, Span, Endpoint, Annotation and of an entry of a map: number × 8 + wire type (zipkin.io/zipkin-api/zipkin.proto). */
const SPAN = 0x0a;
const TRACE_ID = 0x0a;
const PARENT_ID = 0x12;
const ID = 0x1a;
const KIND = 0x20;
const NAME = 0x2a;
const TIMESTAMP = 0x31;
const DURATION = 0x38;
const LOCAL_ENDPOINT = 0x42;
const REMOTE_ENDPOINT = 0x4a;
const ANNOTATION = 0x52;
const TAG = 0x5a;
const DEBUG = 0x60;
const SHARED = 0x68;
const SERVICE_NAME = 0x0a;
const IPV4 = 0x12;
const IPV6 = 0x1a;
const PORT = 0x20;
const ANNOTATION_TIMESTAMP = 0x09;
const ANNOTATION_VALUE = 0x12;
const ENTRY_KEY = 0x0a;
const ENTRY_VALUE = 0x12;

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads Zipkin's protobuf: `zipkin.proto3.ListOfSpans`. @throws HerculesError INVALID_ARGUMENT with the place of what is wrong */
export function readProtoSpans(body: Buffer): ZipkinSpan[] {
  const reader = new ProtoReader();
  reader.reset(body, 0);
  const spans: ZipkinSpan[] = [];
  reader.eachField(0, body.length, SPAN, (_start, end) => spans.push(readSpan(`spans[${spans.length}]`, reader, end)));
  return spans;
}

function readSpan(where: string, reader: ProtoReader, end: number): ZipkinSpan {
  const annotations: ZipkinAnnotation[] = [];
  const tags = new Map<string, string>();
  const span: Partial<Writable<ZipkinSpan>> = {};
  let traceId = '';
  let id = '';
  while (reader.position < end) {
    const key = reader.key(end);
    switch (key) {
      case TRACE_ID:
        traceId = hexOf(reader, end);
        break;
      case PARENT_ID: {
        const hex = hexOf(reader, end);
        span.parentId = hex === '' ? undefined : spanIdOf(`${where}.parent_id`, hex);
        break;
      }
      case ID:
        id = hexOf(reader, end);
        break;
      case KIND:
        span.kind = ZIPKIN_KINDS[reader.uint32(end) - 1];
        break;
      case NAME:
        span.name = textOf(reader, end);
        break;
      case TIMESTAMP:
        span.timestamp = microsecondsOf(`${where}.timestamp`, fixed64Of(reader, end));
        break;
      case DURATION:
        reader.varint64(end);
        span.duration = microsecondsOf(`${where}.duration`, reader.unsigned);
        break;
      case LOCAL_ENDPOINT:
        span.localEndpoint = readEndpoint(`${where}.local_endpoint`, reader, reader.lengthEnd(end));
        break;
      case REMOTE_ENDPOINT:
        span.remoteEndpoint = readEndpoint(`${where}.remote_endpoint`, reader, reader.lengthEnd(end));
        break;
      case ANNOTATION:
        annotations.push(readAnnotation(`${where}.annotations[${annotations.length}]`, reader, reader.lengthEnd(end)));
        break;
      case TAG:
        tags.set(...readTag(reader, reader.lengthEnd(end)));
        break;
      case DEBUG:
        span.debug = reader.bool(end);
        break;
      case SHARED:
        span.shared = reader.bool(end);
        break;
      default:
        reader.skip(key, end);
    }
  }
  return {
    ...span,
    traceId: traceIdOf(`${where}.trace_id`, traceId),
    id: spanIdOf(`${where}.id`, id),
    annotations,
    tags: [...tags],
  };
}

function readEndpoint(where: string, reader: ProtoReader, end: number): ZipkinEndpoint {
  const endpoint: Writable<ZipkinEndpoint> = {};
  while (reader.position < end) {
    const key = reader.key(end);
    if (key === SERVICE_NAME) endpoint.serviceName = textOf(reader, end);
    else if (key === IPV4) endpoint.ipv4 = ipOf(`${where}.ipv4`, reader, end, IPV4_BYTES);
    else if (key === IPV6) endpoint.ipv6 = ipOf(`${where}.ipv6`, reader, end, IPV6_BYTES);
    else if (key === PORT) endpoint.port = portOf(`${where}.port`, reader.uint32(end));
    else reader.skip(key, end);
  }
  return endpoint;
}

function readAnnotation(where: string, reader: ProtoReader, end: number): ZipkinAnnotation {
  let timestamp = 0;
  let value = '';
  while (reader.position < end) {
    const key = reader.key(end);
    if (key === ANNOTATION_TIMESTAMP) timestamp = fixed64Of(reader, end);
    else if (key === ANNOTATION_VALUE) value = textOf(reader, end);
    else reader.skip(key, end);
  }
  const checked = microsecondsOf(`${where}.timestamp`, timestamp);
  if (checked === undefined) throw badSpan(`${where}.timestamp`, 'a number of µs since 1970');
  return { timestamp: checked, value };
}

function readTag(reader: ProtoReader, end: number): [string, string] {
  let name = '';
  let value = '';
  while (reader.position < end) {
    const key = reader.key(end);
    if (key === ENTRY_KEY) name = textOf(reader, end);
    else if (key === ENTRY_VALUE) value = textOf(reader, end);
    else reader.skip(key, end);
  }
  return [name, value];
}

function bytesOf(reader: ProtoReader, end: number): Buffer {
  const fieldEnd = reader.lengthEnd(end);
  const bytes = reader.buf.subarray(reader.position, fieldEnd);
  reader.position = fieldEnd;
  return bytes;
}

function textOf(reader: ProtoReader, end: number): string {
  return bytesOf(reader, end).toString('utf8');
}

function hexOf(reader: ProtoReader, end: number): string {
  return bytesOf(reader, end).toString('hex');
}

function fixed64Of(reader: ProtoReader, end: number): number {
  reader.fixed64(end);
  return reader.unsigned;
}

/** An address as Zipkin's JSON has it. */
function ipOf(where: string, reader: ProtoReader, end: number, length: number): string | undefined {
  const bytes = bytesOf(reader, end);
  if (bytes.length === 0) return undefined;
  if (bytes.length !== length) throw badSpan(where, `${length} bytes`, bytes.length);
  return length === IPV4_BYTES ? bytes.join('.') : ipv6Text(bytes);
}

/** RFC 5952: the longest run of zeros is left out. */
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  const { hostname } = new URL(`http://[${groups.join(':')}]`);
  const text = hostname.slice(1, -1);
  return isIP(text) === 6 ? text : groups.join(':');
}
