import { type EventWriter, HerculesError } from '@hercules/protocol/writing';
import { type TagValue, writeTags } from './tag-value.ts';
import { ticksOf, type Time } from './time.ts';

/** A span (protocol §10.4). */
export interface Span {
  /** 32 hex digits, or a uuid. */
  readonly traceId: string;
  /** 16 hex digits, as W3C and OpenTelemetry have them, or a uuid. */
  readonly spanId: string;
  /** Absent for the root of a trace. */
  readonly parentSpanId?: string;
  readonly begin: Time;
  readonly end: Time;
  /** What was done, e.g. `GET /cart`. */
  readonly operation?: string;
  /** The service whose span it is. */
  readonly application?: string;
  readonly kind?: 'http-request-client' | 'http-request-server' | 'producer' | 'consumer' | (string & {});
  readonly status?: 'success' | 'error' | (string & {});
  /** Well-known ones: host, targetService, http.request.method, http.request.url, http.response.code. */
  readonly annotations?: { readonly [key: string]: TagValue };
}

const HEX_128 = /^[0-9a-f]{32}$/i;
const HEX_64 = /^[0-9a-f]{16}$/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws HerculesError INVALID_ARGUMENT for an id that is none */
export function writeSpan(writer: EventWriter, span: Span): void {
  const { traceId, spanId, parentSpanId, begin, end, operation, application, kind, status, annotations } = span;
  writer.uuid('traceId', idOf('traceId', traceId));
  writer.uuid('spanId', idOf('spanId', spanId));
  if (parentSpanId !== undefined) writer.uuid('parentSpanId', idOf('parentSpanId', parentSpanId));
  writer.long('beginTimestampUtc', ticksOf(begin));
  writer.long('endTimestampUtc', ticksOf(end));
  writer.beginContainer('annotations');
  writeTags(writer, { operation, application, kind, status });
  if (annotations !== undefined) writeTags(writer, annotations);
  writer.endContainer();
}

/** 64 bits are the upper half of an id. */
function idOf(name: string, text: string): Buffer {
  if (HEX_64.test(text) && name !== 'traceId') return Buffer.from(text.padEnd(32, '0'), 'hex');
  if (HEX_128.test(text) || UUID.test(text)) return Buffer.from(text.replaceAll('-', ''), 'hex');
  throw new HerculesError(
    'INVALID_ARGUMENT',
    `${name}: expected ${name === 'traceId' ? '32' : '16'} hex digits or a uuid, got ${JSON.stringify(text)}`,
  );
}
