import { TypeCode } from '@hercules/protocol';
import { ValueField } from './any-value.ts';
import { ByteRange } from './byte-range.ts';
import { type EventBuffer, Head, tagHead } from './event-buffer.ts';
import { ExceptionAttributes } from './exception-attributes.ts';
import { isAllZero } from './id-bytes.ts';
import { TickHalves } from './nanoseconds.ts';
import { eachResourcePair } from './pair-bytes.ts';
import { ATTRIBUTES_DEPTH, SingleEventConverter } from './single-event-converter.ts';

/** Keys of the fields of LogRecord: number × 8 + wire type (opentelemetry/proto/logs/v1/logs.proto). */
const TIME = 0x09;
const SEVERITY_NUMBER = 0x10;
const SEVERITY_TEXT = 0x1a;
const BODY = 0x2a;
const ATTRIBUTE = 0x32;
const TRACE_ID = 0x4a;
const SPAN_ID = 0x52;
const OBSERVED_TIME = 0x59;
const EVENT_NAME = 0x62;

/** Both begin every event. */
const OFFSET_AND_PROPERTIES = new Head(tagHead('utcOffset', TypeCode.LONG), Buffer.alloc(8), tagHead('properties', TypeCode.CONTAINER));
const LEVEL = new Head(tagHead('level', TypeCode.STRING));
const MESSAGE = new Head(tagHead('message', TypeCode.STRING));
const PROJECT = new Head(tagHead('project', TypeCode.STRING));
const ENVIRONMENT = new Head(tagHead('environment', TypeCode.STRING));
const BODY_KEY = Buffer.from('body');
const TRACE_ID_TAG = new Head(tagHead('traceId', TypeCode.STRING));
const SPAN_ID_TAG = new Head(tagHead('spanId', TypeCode.STRING));
const OBSERVED = new Head(tagHead('observedTimestampUtc', TypeCode.LONG));
const EVENT_NAME_TAG = new Head(tagHead('eventName', TypeCode.STRING));

const PROJECT_KEY = Buffer.from('project');
const ENVIRONMENT_KEY = Buffer.from('environment');
const NAMESPACE_KEY = Buffer.from('service.namespace');
const DEPLOYMENT_KEY = Buffer.from('deployment.environment.name');
const OLD_DEPLOYMENT_KEY = Buffer.from('deployment.environment');
const LETTER_E = 0x65;

/** Levels by severity number: four numbers a level, from 1 on. */
const LEVELS = ['Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal'].map((level) => {
  const text = Buffer.alloc(4 + level.length);
  text.writeInt32BE(level.length);
  text.write(level, 4);
  return new Head(tagHead('level', TypeCode.STRING), text);
});
const NUMBERS_PER_LEVEL = 4;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** Log records as log events (protocol §10.2): what is no field of such an event goes into `properties`. */
export class LogConverter extends SingleEventConverter {
  readonly #time = new TickHalves();
  readonly #observed = new TickHalves();
  readonly #severityText = new ByteRange();
  readonly #body = new ByteRange();
  readonly #traceId = new ByteRange();
  readonly #spanId = new ByteRange();
  readonly #eventName = new ByteRange();
  readonly #exception = new ExceptionAttributes();
  #severity = 0;
  #properties = 0;

  beginResource(start: number, end: number): void {
    const shared = this.shared;
    const values = this.values;
    shared.beginResource();
    const project = new ByteRange();
    const environment = new ByteRange();
    let hasProject = false;
    let hasEnvironment = false;
    eachResourcePair(values, start, end, () => {
      values.writePair(shared.out, ATTRIBUTES_DEPTH);
      shared.count++;
      hasProject ||= values.isKey(PROJECT_KEY);
      hasEnvironment ||= values.isKey(ENVIRONMENT_KEY);
      if (values.field !== ValueField.STRING) return;
      if (values.isKey(NAMESPACE_KEY)) project.set(values.start, values.end);
      else if (values.isKey(DEPLOYMENT_KEY) || (values.isKey(OLD_DEPLOYMENT_KEY) && !environment.isPresent))
        environment.set(values.start, values.end);
    });
    if (!hasProject && project.isPresent) this.shareText(PROJECT, project);
    if (!hasEnvironment && environment.isPresent) this.shareText(ENVIRONMENT, environment);
    shared.endResource();
  }

  protected writePayload(start: number, end: number, out: EventBuffer): TickHalves {
    this.#clear();
    const payloadAt = out.beginContainer();
    out.head(OFFSET_AND_PROPERTIES);
    const propertiesAt = out.beginContainer();
    this.#properties = this.shared.count;
    this.shared.copyTo(out);
    this.#readFields(start, end, out);
    this.#writeLateProperties(out);
    out.endContainer(propertiesAt, this.#properties);
    let tags = 2;
    if (this.#writeLevel(out)) tags++;
    if (this.#writeMessage(out)) tags++;
    if (this.#writeException(out)) tags++;
    out.endContainer(payloadAt, tags);
    return this.#time.isUnknown ? this.#observed : this.#time;
  }

  #clear(): void {
    this.#time.clear();
    this.#observed.clear();
    this.#severity = 0;
    this.#severityText.clear();
    this.#body.clear();
    this.#traceId.clear();
    this.#spanId.clear();
    this.#eventName.clear();
    this.#exception.clear();
  }

  /** Attributes are written as they come; the other fields are noted. */
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
        case TIME:
          this.#time.readNanoseconds(reader.buf, reader.take(8, end));
          break;
        case OBSERVED_TIME:
          this.#observed.readNanoseconds(reader.buf, reader.take(8, end));
          break;
        case SEVERITY_NUMBER:
          this.#severity = reader.uint32(end);
          break;
        case SEVERITY_TEXT:
          this.#severityText.read(reader, end);
          break;
        case BODY:
          this.#body.read(reader, end);
          break;
        case TRACE_ID:
          this.#traceId.read(reader, end);
          break;
        case SPAN_ID:
          this.#spanId.read(reader, end);
          break;
        case EVENT_NAME:
          this.#eventName.read(reader, end);
          break;
        default:
          reader.skip(key, end);
      }
    }
  }

  #writeAttribute(start: number, end: number, out: EventBuffer): void {
    const values = this.values;
    values.readPair(start, end);
    const { keyStart } = values;
    if (values.keyEnd === keyStart) return;
    if (this.reader.buf[keyStart] === LETTER_E) this.#exception.note(values);
    values.writePair(out, ATTRIBUTES_DEPTH);
    this.#properties++;
  }

  /** After the attributes, because of a repeated key the last counts. */
  #writeLateProperties(out: EventBuffer): void {
    const { buf } = this.reader;
    const traceId = this.#traceId;
    const spanId = this.#spanId;
    const eventName = this.#eventName;
    if (traceId.end - traceId.start === TRACE_ID_BYTES && !isAllZero(buf, traceId.start, traceId.end)) {
      out.head(TRACE_ID_TAG);
      out.hex(buf, traceId.start, traceId.end);
      this.#properties++;
    }
    if (spanId.end - spanId.start === SPAN_ID_BYTES && !isAllZero(buf, spanId.start, spanId.end)) {
      out.head(SPAN_ID_TAG);
      out.hex(buf, spanId.start, spanId.end);
      this.#properties++;
    }
    if (eventName.end > eventName.start) {
      out.head(EVENT_NAME_TAG);
      out.string(buf, eventName.start, eventName.end);
      this.#properties++;
    }
    if (!this.#time.isUnknown && !this.#observed.isUnknown && !this.#observed.equals(this.#time)) {
      out.head(OBSERVED);
      out.i64(this.#observed.high, this.#observed.low);
      this.#properties++;
    }
    if (this.#body.isPresent) this.#writeStructuredBody(out);
  }

  #writeStructuredBody(out: EventBuffer): void {
    const values = this.values;
    values.locate(this.#body.start, this.#body.end);
    if (values.field !== ValueField.ARRAY && values.field !== ValueField.KVLIST) return;
    out.key(BODY_KEY, 0, BODY_KEY.length, values.type);
    values.writeValue(out, ATTRIBUTES_DEPTH);
    this.#properties++;
  }

  #writeLevel(out: EventBuffer): boolean {
    const text = this.#severityText;
    if (text.end > text.start) {
      out.head(LEVEL);
      out.string(this.reader.buf, text.start, text.end);
      return true;
    }
    const level = LEVELS[Math.floor((this.#severity - 1) / NUMBERS_PER_LEVEL)];
    if (level === undefined) return false;
    out.head(level);
    return true;
  }

  #writeMessage(out: EventBuffer): boolean {
    if (!this.#body.isPresent) return false;
    const values = this.values;
    values.locate(this.#body.start, this.#body.end);
    if (values.field === ValueField.UNSET) return false;
    out.head(MESSAGE);
    if (values.field === ValueField.STRING) values.writeValue(out, 0);
    else out.text(values.text(ATTRIBUTES_DEPTH));
    return true;
  }

  /** The text of a stack trace is kept as it is; without one there is a structured exception of type and message. */
  #writeException(out: EventBuffer): boolean {
    const { buf } = this.reader;
    const exception = this.#exception;
    if (exception.stackTrace.length > 0) {
      exception.writeStackTrace(out, buf);
      return true;
    }
    exception.stackTrace.clear();
    return exception.writeContainer(out, buf);
  }
}
