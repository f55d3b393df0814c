import { type Answer, integerParameter, JSON_TYPE, patternParameter, type Route, textParameter } from '@hercules/http-api';
import { ByteSink, JsonTranscoder, parseMapping, ProtocolError, TRACING_MAPPING } from '@hercules/protocol';
import type { TraceAccess } from './trace-access.ts';
import type { SpanPage, TraceReader } from './trace-reader.ts';

const UUID = /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/;
const uuid = (name: string, options: { description: string; required?: boolean }) =>
  patternParameter(name, UUID, { ...options, expected: 'a UUID, with or without hyphens' });
const traceIdParameter = uuid('traceId', { description: 'The trace' });
const parentParameter = uuid('parentSpanId', {
  required: false,
  description: 'Only the children of this span; the nil UUID stands for the parent of root spans',
});
const limitParameter = integerParameter('limit', {
  expected: 'a whole number from 1 to 100000',
  minimum: 1,
  maximum: 100_000,
  required: false,
  description: 'Most spans in the answer; 10000 if left out',
});
const pagingParameter = textParameter('pagingState', { required: false, description: 'Where to go on, as an answer has given it' });
const DEFAULT_LIMIT = 10_000;
const HEX_PREFIX = '0x';

/** The Tracing API (apis §7). */
export function traceRoutes(reader: TraceReader, { access, rights, check }: TraceAccess): Route[] {
  const documents = new SpanDocuments();
  return [
    {
      method: 'GET',
      path: '/trace',
      tag: 'traces',
      summary: 'Spans of a trace, ordered by parent and span',
      access,
      ...rights,
      parameters: [traceIdParameter, parentParameter, limitParameter, pagingParameter],
      answers: {
        200: { description: 'JSON: `result`, the spans, and `pagingState` if more may follow' },
        400: { description: 'A parameter is missing or bad; the text says which, and what was expected' },
        408: { description: 'Cassandra did not answer in time' },
        503: { description: 'Cassandra is not available; try again later' },
      },
      async handle(request) {
        check(request);
        const traceId = withHyphens(request.required(traceIdParameter));
        const parent = request.optional(parentParameter);
        const limit = request.optional(limitParameter) ?? DEFAULT_LIMIT;
        const paging = request.optional(pagingParameter) || undefined;
        const pageState = paging?.startsWith(HEX_PREFIX) ? paging.slice(HEX_PREFIX.length) : paging;
        return documents.answer(await reader.page(traceId, parent === undefined ? undefined : withHyphens(parent), limit, pageState));
      },
    },
  ];
}

/** The text of a UUID as everybody writes it. */
export function withHyphens(uuidText: string): string {
  const hex = uuidText.replaceAll('-', '').toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Writes the documents of spans from the bytes of their events. */
class SpanDocuments {
  readonly #transcoder = new JsonTranscoder({ mapping: parseMapping(TRACING_MAPPING, 'tracing'), timestampEnabled: false });

  answer({ spans, pageState }: SpanPage): Answer {
    const out = new ByteSink();
    out.text(pageState === undefined ? '{"result":[' : `{"pagingState":"${HEX_PREFIX}${pageState.toUpperCase()}","result":[`);
    const begin = out.length;
    for (const span of spans) {
      const before = out.length;
      if (before > begin) out.text(',');
      if (!this.#write(span, out)) out.length = before;
    }
    out.text(']}');
    return { status: 200, contentType: JSON_TYPE, body: out.bytes() };
  }

  /** @returns false when the span cannot be read: one that is nested deeper than readers go must not hide the others */
  #write(span: Buffer, out: ByteSink): boolean {
    try {
      this.#transcoder.write(span, 0, span.length, out);
      return true;
    } catch (error) {
      if (error instanceof ProtocolError) return false;
      throw error;
    }
  }
}
