import { type EventWriter, TICKS_PER_MINUTE } from '@hercules/protocol';
import { type SpanContext, spanUuid, traceUuid } from './trace-context.ts';

/** What a span tells beside its times; a number without a fraction is an Integer in the event, another a Double. */
export type Annotation = string | number | boolean;

/** Which side of an HTTP request a span is; absent for work inside a process. */
export type SpanKind = 'http-request-server' | 'http-request-client';

/** One piece of work of a trace, under way until it ends. */
export class Span {
  readonly context: SpanContext;
  readonly #parentSpanId: string | undefined;
  readonly #begin: bigint;
  readonly #annotations: Map<string, Annotation>;
  readonly #onEnd: (span: Span) => void;
  #isEnded = false;

  /** @param begin in ticks @param onEnd called once */
  constructor(
    context: SpanContext,
    parentSpanId: string | undefined,
    begin: bigint,
    annotations: ReadonlyMap<string, Annotation>,
    onEnd: (span: Span) => void,
  ) {
    this.context = context;
    this.#parentSpanId = parentSpanId;
    this.#begin = begin;
    this.#annotations = new Map(annotations);
    this.#onEnd = onEnd;
  }

  get isFailed(): boolean {
    return this.#annotations.get('status') === 'error';
  }

  annotate(annotations: Readonly<Record<string, Annotation | undefined>>): void {
    for (const [key, value] of Object.entries(annotations)) if (value !== undefined) this.#annotations.set(key, value);
  }

  fail(reason: string): void {
    this.annotate({ status: 'error', error: reason });
  }

  /** A second call does nothing. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#annotations.has('status')) this.annotate({ status: 'success' });
    this.#onEnd(this);
  }

  /** Writes the span as a trace event (protocol §10.4). @param end in ticks: the span's end and the event's time @param uuid the event's */
  write(writer: EventWriter, end: bigint, uuid: string): void {
    const { traceId, spanId } = this.context;
    writer.beginEvent(end, uuid);
    writer.uuid('traceId', traceUuid(traceId));
    writer.uuid('spanId', spanUuid(spanId));
    if (this.#parentSpanId !== undefined) writer.uuid('parentSpanId', spanUuid(this.#parentSpanId));
    const offset = utcOffsetTicks();
    writer.long('beginTimestampUtc', this.#begin);
    writer.long('beginTimestampUtcOffset', offset);
    writer.long('endTimestampUtc', end);
    writer.long('endTimestampUtcOffset', offset);
    writer.beginContainer('annotations');
    for (const [key, value] of this.#annotations) writeAnnotation(writer, key, value);
    writer.endContainer();
    writer.endEvent();
  }
}

function writeAnnotation(writer: EventWriter, key: string, value: Annotation): void {
  if (typeof value === 'string') writer.string(key, value);
  else if (typeof value === 'boolean') writer.flag(key, value);
  else if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) writer.integer(key, value);
  else writer.double(key, value);
}

/** Of this machine's time zone; getTimezoneOffset counts the other way. */
function utcOffsetTicks(): bigint {
  return BigInt(-new Date().getTimezoneOffset()) * TICKS_PER_MINUTE;
}
