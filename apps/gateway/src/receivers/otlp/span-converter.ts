import { HerculesError, TypeCode } from '@hercules/protocol';
import { ValueField } from './any-value.ts';
import { ByteRange } from './byte-range.ts';
import { type EventBuffer, Head, tagHead } from './event-buffer.ts';
import { isAllZero } from './id-bytes.ts';
import { TickHalves } from './nanoseconds.ts';
import { eachResourcePair } from './pair-bytes.ts';
import type { EventLimits } from './signal-converter.ts';
import { ATTRIBUTES_DEPTH, SingleEventConverter } from './single-event-converter.ts';
import { AttributeTable, RESOURCE_ATTRIBUTES, SPAN_ATTRIBUTES, textTag } from './span-attributes.ts';
import { SpanPoints } from './span-points.ts';

/** Keys of the fields of Span: number × 8 + wire type (opentelemetry/proto/trace/v1/trace.proto). */
const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const TRACE_STATE = 0x1a;
const PARENT_ID = 0x22;
const NAME = 0x2a;
const KIND = 0x30;
const START_TIME = 0x39;
const END_TIME = 0x41;
const ATTRIBUTE = 0x4a;
const EVENT = 0x5a;
const LINK = 0x6a;
const STATUS = 0x7a;
const STATUS_MESSAGE = 0x12;
const STATUS_CODE = 0x18;

const KIND_CLIENT = 3;
/** By Span.SpanKind: unspecified, internal, server, client, producer, consumer. */
const KINDS = [undefined, undefined, 'http-request-server', 'http-request-client', 'producer', 'consumer'].map((kind) =>
  kind === undefined ? undefined : textTag('kind', kind),
);
const STATUS_OK = 1;
const STATUS_ERROR = 2;
const SUCCESS = textTag('status', 'success');
const FAILURE = textTag('status', 'error');

const ANNOTATIONS = new Head(tagHead('annotations', TypeCode.CONTAINER));
const OPERATION = new Head(tagHead('operation', TypeCode.STRING));
const TRACE_STATE_TAG = new Head(tagHead('tracestate', TypeCode.STRING));
const ERROR = new Head(tagHead('error', TypeCode.STRING));
const TRACE_ID_TAG = new Head(tagHead('traceId', TypeCode.UUID));
const SPAN_ID_TAG = new Head(tagHead('spanId', TypeCode.UUID));
const PARENT_ID_TAG = new Head(tagHead('parentSpanId', TypeCode.UUID));
const BEGIN = new Head(tagHead('beginTimestampUtc', TypeCode.LONG));
const BEGIN_OFFSET = new Head(tagHead('beginTimestampUtcOffset', TypeCode.LONG), Buffer.alloc(8));
const END = new Head(tagHead('endTimestampUtc', TypeCode.LONG));
const END_OFFSET = new Head(tagHead('endTimestampUtcOffset', TypeCode.LONG), Buffer.alloc(8));

const METRIC_PREFIX = Buffer.from('metric_');
const HTTP_REQUEST_URL = Buffer.from('http.request.url');
const HTTP_CLIENT_NAME = Buffer.from('http.client.name');
const SERVER_ADDRESS = Buffer.from('server.address');
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

const SPAN_TABLE = new AttributeTable(SPAN_ATTRIBUTES);
const RESOURCE_TABLE = new AttributeTable(RESOURCE_ATTRIBUTES);

/** Spans as span events (protocol §10.4), with their events and links. */
export class SpanConverter extends SingleEventConverter {
  readonly #points: SpanPoints;
  readonly #begin = new TickHalves();
  readonly #end = new TickHalves();
  readonly #traceId = new ByteRange();
  readonly #spanId = new ByteRange();
  readonly #parentId = new ByteRange();
  readonly #traceState = new ByteRange();
  readonly #name = new ByteRange();
  readonly #status = new ByteRange();
  /** Pairs whose place depends on what else the span has. */
  readonly #path = new ByteRange();
  readonly #server = new ByteRange();
  #hasUrl = false;
  #hasClientName = false;
  #kind = 0;
  #events = 0;
  #links = 0;
  #annotations = 0;

  constructor(limits: EventLimits, scratch: EventBuffer) {
    super(limits, scratch);
    this.#points = new SpanPoints(this.values);
  }

  beginResource(start: number, end: number): void {
    const shared = this.shared;
    const values = this.values;
    shared.beginResource();
    eachResourcePair(values, start, end, () => {
      if (isMetricAttribute(this.reader.buf, values.keyStart, values.keyEnd)) return;
      const target = RESOURCE_TABLE.find(this.reader.buf, values.keyStart, values.keyEnd)?.target;
      if (target === undefined) values.writePair(shared.out, ATTRIBUTES_DEPTH);
      else this.#writeAs(shared.out, target);
      shared.count++;
    });
    shared.endResource();
  }

  protected writePayload(start: number, end: number, out: EventBuffer): TickHalves {
    this.#clear();
    const payloadAt = out.beginContainer();
    out.head(ANNOTATIONS);
    const annotationsAt = out.beginContainer();
    this.#annotations = this.shared.count;
    this.shared.copyTo(out);
    this.#readFields(start, end, out);
    this.#writeLateAnnotations(out);
    out.endContainer(annotationsAt, this.#annotations);
    let tags = 1 + this.#writeIds(out) + this.#writeTimes(out);
    if (this.#events > 0) {
      this.#points.writeEvents(out, start, end, this.#events);
      tags++;
    }
    if (this.#links > 0) {
      this.#points.writeLinks(out, start, end, this.#links);
      tags++;
    }
    out.endContainer(payloadAt, tags);
    return this.#end.isUnknown ? this.#begin : this.#end;
  }

  #clear(): void {
    this.#begin.clear();
    this.#end.clear();
    this.#traceId.clear();
    this.#spanId.clear();
    this.#parentId.clear();
    this.#traceState.clear();
    this.#name.clear();
    this.#status.clear();
    this.#path.clear();
    this.#server.clear();
    this.#hasUrl = this.#hasClientName = false;
    this.#kind = this.#events = this.#links = 0;
  }

  #readFields(start: number, end: number, out: EventBuffer): void {
    const { reader } = this;
    reader.position = start;
    while (reader.position < end) {
      const key = reader.key(end);
      switch (key) {
        case ATTRIBUTE: {
          const pairEnd = reader.lengthEnd(end);
          this.#writeAttribute(reader.position, pairEnd, out);
          reader.position = pairEnd;
          break;
        }
        case TRACE_ID:
          this.#traceId.read(reader, end);
          break;
        case SPAN_ID:
          this.#spanId.read(reader, end);
          break;
        case PARENT_ID:
          this.#parentId.read(reader, end);
          break;
        case TRACE_STATE:
          this.#traceState.read(reader, end);
          break;
        case NAME:
          this.#name.read(reader, end);
          break;
        case STATUS:
          this.#status.read(reader, end);
          break;
        case KIND:
          this.#kind = reader.uint32(end);
          break;
        case START_TIME:
          this.#begin.readNanoseconds(reader.buf, reader.take(8, end));
          break;
        case END_TIME:
          this.#end.readNanoseconds(reader.buf, reader.take(8, end));
          break;
        case EVENT:
          this.#events++;
          reader.skip(key, end);
          break;
        case LINK:
          this.#links++;
          reader.skip(key, end);
          break;
        default:
          reader.skip(key, end);
      }
    }
  }

  #writeAttribute(start: number, end: number, out: EventBuffer): void {
    const values = this.values;
    values.readPair(start, end);
    const { keyStart, keyEnd } = values;
    if (keyEnd === keyStart) return;
    const known = SPAN_TABLE.find(this.reader.buf, keyStart, keyEnd);
    if (known === undefined) {
      values.writePair(out, ATTRIBUTES_DEPTH);
      this.#annotations++;
      return;
    }
    if (known.late === 'path') return this.#path.set(start, end);
    if (known.late === 'server') return this.#server.set(start, end);
    if (known.target === undefined) return;
    this.#hasUrl ||= known.target.equals(HTTP_REQUEST_URL);
    this.#hasClientName ||= known.target.equals(HTTP_CLIENT_NAME);
    if (known.isInteger && values.field === ValueField.INT && values.high === values.low >> 31) {
      out.key(known.target, 0, known.target.length, TypeCode.INTEGER);
      out.reserve(4);
      out.i32(values.low);
    } else this.#writeAs(out, known.target);
    this.#annotations++;
  }

  /** The last pair under another key. */
  #writeAs(out: EventBuffer, key: Buffer): void {
    out.key(key, 0, key.length, this.values.type);
    this.values.writeValue(out, ATTRIBUTES_DEPTH);
  }

  /** After the attributes, because of a repeated key the last counts. */
  #writeLateAnnotations(out: EventBuffer): void {
    const { buf } = this.reader;
    if (this.#path.isPresent) this.#writeLatePair(out, this.#path, this.#hasUrl ? undefined : HTTP_REQUEST_URL);
    if (this.#server.isPresent) {
      const isOther = this.#kind === KIND_CLIENT && !this.#hasClientName;
      this.#writeLatePair(out, this.#server, isOther ? HTTP_CLIENT_NAME : SERVER_ADDRESS);
    }
    const kind = KINDS[this.#kind];
    if (kind !== undefined) {
      out.head(kind);
      this.#annotations++;
    }
    out.head(OPERATION);
    out.string(buf, this.#name.start, this.#name.end);
    this.#annotations++;
    if (this.#traceState.length > 0) {
      out.head(TRACE_STATE_TAG);
      out.string(buf, this.#traceState.start, this.#traceState.end);
      this.#annotations++;
    }
    if (this.#status.isPresent) this.#writeStatus(out);
  }

  /** @param key undefined: the attribute's own */
  #writeLatePair(out: EventBuffer, pair: ByteRange, key: Buffer | undefined): void {
    this.values.readPair(pair.start, pair.end);
    if (key === undefined) this.values.writePair(out, ATTRIBUTES_DEPTH);
    else this.#writeAs(out, key);
    this.#annotations++;
  }

  #writeStatus(out: EventBuffer): void {
    const { reader } = this;
    const { end } = this.#status;
    let code = 0;
    let messageStart = 0;
    let messageEnd = 0;
    reader.position = this.#status.start;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === STATUS_CODE) code = reader.uint32(end);
      else if (key === STATUS_MESSAGE) {
        messageEnd = reader.lengthEnd(end);
        messageStart = reader.position;
        reader.position = messageEnd;
      } else reader.skip(key, end);
    }
    if (code !== STATUS_OK && code !== STATUS_ERROR) return;
    out.head(code === STATUS_OK ? SUCCESS : FAILURE);
    this.#annotations++;
    if (code !== STATUS_ERROR || messageEnd === messageStart) return;
    out.head(ERROR);
    out.string(reader.buf, messageStart, messageEnd);
    this.#annotations++;
  }

  /** @returns tags written */
  #writeIds(out: EventBuffer): number {
    const { buf } = this.reader;
    const traceId = this.#traceId;
    const spanId = this.#spanId;
    const parentId = this.#parentId;
    if (traceId.length !== TRACE_ID_BYTES || isAllZero(buf, traceId.start, traceId.end)) throw badId('trace id', TRACE_ID_BYTES, traceId);
    if (spanId.length !== SPAN_ID_BYTES || isAllZero(buf, spanId.start, spanId.end)) throw badId('span id', SPAN_ID_BYTES, spanId);
    out.head(TRACE_ID_TAG);
    out.raw(buf, traceId.start, traceId.end);
    out.head(SPAN_ID_TAG);
    writeSpanId(out, buf, spanId.start);
    if (parentId.length === 0) return 2;
    if (parentId.length !== SPAN_ID_BYTES) throw badId('parent span id', SPAN_ID_BYTES, parentId);
    if (isAllZero(buf, parentId.start, parentId.end)) return 2;
    out.head(PARENT_ID_TAG);
    writeSpanId(out, buf, parentId.start);
    return 3;
  }

  /** @returns tags written */
  #writeTimes(out: EventBuffer): number {
    let tags = 0;
    if (!this.#begin.isUnknown) {
      out.head(BEGIN);
      out.i64(this.#begin.high, this.#begin.low);
      out.head(BEGIN_OFFSET);
      tags += 2;
    }
    if (!this.#end.isUnknown) {
      out.head(END);
      out.i64(this.#end.high, this.#end.low);
      out.head(END_OFFSET);
      tags += 2;
    }
    return tags;
  }
}

/** Eight bytes as the upper half of a UUID; the lower one is 0. */
export function writeSpanId(out: EventBuffer, buf: Buffer, start: number): void {
  out.raw(buf, start, start + SPAN_ID_BYTES);
  out.i64(0, 0);
}

function badId(what: string, bytes: number, { length }: ByteRange): HerculesError {
  return new HerculesError('INVALID_EVENT', `its ${what} has ${length} bytes or is all zero; expected ${bytes} bytes that are not`);
}

/** Resource attributes for metrics only (apis §10). */
function isMetricAttribute(buf: Buffer, start: number, end: number): boolean {
  if (end - start < METRIC_PREFIX.length) return false;
  for (let i = 0; i < METRIC_PREFIX.length; i++) if (buf[start + i] !== METRIC_PREFIX[i]) return false;
  return true;
}
