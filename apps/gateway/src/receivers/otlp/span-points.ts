import { HerculesError, TypeCode } from '@hercules/protocol';
import type { AnyValues } from './any-value.ts';
import { ByteRange } from './byte-range.ts';
import { type EventBuffer, Head, tagHead } from './event-buffer.ts';
import { ExceptionAttributes } from './exception-attributes.ts';
import { TickHalves } from './nanoseconds.ts';

/** Keys of Span's fields, and of those of Span.Event and Span.Link (opentelemetry/proto/trace/v1/trace.proto). */
const EVENT = 0x5a;
const LINK = 0x6a;
const EVENT_TIME = 0x09;
const EVENT_NAME = 0x12;
const EVENT_ATTRIBUTE = 0x1a;
const LINK_TRACE_ID = 0x0a;
const LINK_SPAN_ID = 0x12;
const LINK_TRACE_STATE = 0x1a;
const LINK_ATTRIBUTE = 0x22;

const EVENTS = vectorHead('events');
const LINKS = vectorHead('links');
const TIMESTAMP = new Head(tagHead('timestamp', TypeCode.LONG));
const NAME = new Head(tagHead('name', TypeCode.STRING));
const ATTRIBUTES = new Head(tagHead('attributes', TypeCode.CONTAINER));
const TRACE_ID = new Head(tagHead('traceId', TypeCode.UUID));
const SPAN_ID = new Head(tagHead('spanId', TypeCode.UUID));
const TRACE_STATE = new Head(tagHead('traceState', TypeCode.STRING));

const EXCEPTION_NAME = Buffer.from('exception');
/** Payload, vector, its container, the attributes in it. */
const ATTRIBUTES_DEPTH = 3;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** The events and links of a span: vectors of containers beside its annotations. */
export class SpanPoints {
  readonly #values: AnyValues;
  readonly #time = new TickHalves();
  readonly #name = new ByteRange();
  readonly #exception = new ExceptionAttributes();
  readonly #traceId = new ByteRange();
  readonly #spanId = new ByteRange();
  readonly #traceState = new ByteRange();

  constructor(values: AnyValues) {
    this.#values = values;
  }

  /** @param start @param end of the Span @param count its events */
  writeEvents(out: EventBuffer, start: number, end: number, count: number): void {
    beginVector(out, EVENTS, count);
    this.#values.reader.eachField(start, end, EVENT, (eventStart, eventEnd) => this.#writeEvent(out, eventStart, eventEnd));
  }

  writeLinks(out: EventBuffer, start: number, end: number, count: number): void {
    beginVector(out, LINKS, count);
    this.#values.reader.eachField(start, end, LINK, (linkStart, linkEnd) => this.#writeLink(out, linkStart, linkEnd));
  }

  #writeEvent(out: EventBuffer, start: number, end: number): void {
    const { reader } = this.#values;
    this.#time.clear();
    this.#name.clear();
    reader.position = start;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === EVENT_TIME) {
        this.#time.readNanoseconds(reader.buf, reader.take(8, end));
      } else if (key === EVENT_NAME) this.#name.read(reader, end);
      else reader.skip(key, end);
    }
    const countAt = out.beginContainer();
    let tags = 1;
    if (!this.#time.isUnknown) {
      out.head(TIMESTAMP);
      out.i64(this.#time.high, this.#time.low);
      tags++;
    }
    out.head(NAME);
    out.string(reader.buf, this.#name.start, this.#name.end);
    if (this.#writeAttributes(out, start, end, EVENT_ATTRIBUTE)) tags++;
    if (this.#isException() && this.#writeException(out, start, end)) tags++;
    out.endContainer(countAt, tags);
  }

  #isException(): boolean {
    const { start, length } = this.#name;
    return length === EXCEPTION_NAME.length && EXCEPTION_NAME.compare(this.#values.reader.buf, start, start + length) === 0;
  }

  /** @returns false for an exception that says nothing */
  #writeException(out: EventBuffer, start: number, end: number): boolean {
    const values = this.#values;
    this.#exception.clear();
    values.reader.eachField(start, end, EVENT_ATTRIBUTE, (pairStart, pairEnd) => {
      values.readPair(pairStart, pairEnd);
      this.#exception.note(values);
    });
    return this.#exception.writeContainer(out, values.reader.buf);
  }

  #writeLink(out: EventBuffer, start: number, end: number): void {
    const { reader } = this.#values;
    this.#traceId.clear();
    this.#spanId.clear();
    this.#traceState.clear();
    reader.position = start;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === LINK_TRACE_ID) this.#traceId.read(reader, end);
      else if (key === LINK_SPAN_ID) this.#spanId.read(reader, end);
      else if (key === LINK_TRACE_STATE) this.#traceState.read(reader, end);
      else reader.skip(key, end);
    }
    const [traceId, spanId] = [this.#traceId, this.#spanId];
    if (traceId.length !== TRACE_ID_BYTES || spanId.length !== SPAN_ID_BYTES) {
      throw new HerculesError(
        'INVALID_EVENT',
        `the ids of one of its links have ${traceId.length} and ${spanId.length} bytes; expected 16 and 8`,
      );
    }
    const countAt = out.beginContainer();
    let tags = 2;
    out.head(TRACE_ID);
    out.raw(reader.buf, traceId.start, traceId.end);
    out.head(SPAN_ID);
    out.raw(reader.buf, spanId.start, spanId.end);
    out.i64(0, 0);
    if (this.#traceState.length > 0) {
      out.head(TRACE_STATE);
      out.string(reader.buf, this.#traceState.start, this.#traceState.end);
      tags++;
    }
    if (this.#writeAttributes(out, start, end, LINK_ATTRIBUTE)) tags++;
    out.endContainer(countAt, tags);
  }

  /** @returns false when there are none, and nothing was written */
  #writeAttributes(out: EventBuffer, start: number, end: number, field: number): boolean {
    const values = this.#values;
    let countAt = 0;
    let tags = 0;
    this.#values.reader.eachField(start, end, field, (pairStart, pairEnd) => {
      values.readPair(pairStart, pairEnd);
      if (values.keyEnd === values.keyStart) return;
      if (tags++ === 0) {
        out.head(ATTRIBUTES);
        countAt = out.beginContainer();
      }
      values.writePair(out, ATTRIBUTES_DEPTH);
    });
    if (tags > 0) out.endContainer(countAt, tags);
    return tags > 0;
  }
}

function vectorHead(key: string): Head {
  return new Head(tagHead(key, TypeCode.VECTOR), Buffer.from([TypeCode.CONTAINER]));
}

function beginVector(out: EventBuffer, head: Head, length: number): void {
  out.head(head);
  out.reserve(4);
  out.i32(length);
}
