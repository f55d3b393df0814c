import { type EventWriter, TickClock, UuidV1Generator } from '@hercules/protocol';
import { type Annotation, Span, type SpanKind } from './span.ts';
import { newSpanId, newTraceId, type SpanContext } from './trace-context.ts';

export interface TracerOptions {
  /** Annotations of every span, e.g. application and host. */
  readonly annotations: Readonly<Record<string, Annotation>>;
  /** Takes a finished span. */
  readonly send: (write: (writer: EventWriter) => void) => void;
  readonly clock?: TickClock;
}

/** Makes the spans of one application. Its clock strictly grows, so that a span ends before the one around it. */
export class Tracer {
  readonly #options: TracerOptions;
  readonly #clock: TickClock;
  readonly #uuids = new UuidV1Generator();

  constructor(options: TracerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? new TickClock();
  }

  /** Begins a span. @param parent the span it belongs to, here or in the caller's process; without one a trace begins */
  start(operation: string, kind?: SpanKind, parent?: SpanContext): Span {
    const context = { traceId: parent?.traceId ?? newTraceId(), spanId: newSpanId(), isSampled: parent?.isSampled ?? true };
    const annotations = new Map<string, Annotation>([...(kind ? [['kind', kind] as const] : []), ['operation', operation]]);
    for (const [key, value] of Object.entries(this.#options.annotations)) annotations.set(key, value);
    return new Span(context, parent?.spanId, this.#clock.now(), annotations, (span) => this.#finish(span));
  }

  /** Does a piece of work inside of a span, which fails with it. */
  async within<T>(operation: string, parent: SpanContext, work: (span: Span) => Promise<T>): Promise<T> {
    const span = this.start(operation, undefined, parent);
    try {
      return await work(span);
    } catch (error) {
      span.fail((error as Error).message);
      throw error;
    } finally {
      span.end();
    }
  }

  #finish(span: Span): void {
    if (!span.context.isSampled) return;
    const end = this.#clock.now();
    this.#options.send((writer) => span.write(writer, end, this.#uuids.next()));
  }
}
