import { CliError } from '../cli-error.ts';
import type { HttpClient } from './http-client.ts';
import { serverSentEvents, textLines } from './server-sent-events.ts';

export interface EventSelection {
  readonly filters: readonly string[];
  readonly sample?: string | undefined;
}

export interface EventRangeQuery extends EventSelection {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The span documents of a trace as /trace gives them. */
export type SpanDocument = Readonly<Record<string, unknown>>;

export type TailItem = { readonly document: string } | { readonly dropped: number };

/** The query API: reads of streams, following them, traces. All reject with CliError. */
export class QueryClient {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** JSON lines of events as the API writes them. @returns through the generator: the cursor behind the last one */
  async *events(
    stream: string,
    { filters, sample, from, to, limit, cursor }: EventRangeQuery,
    signal: AbortSignal,
  ): AsyncGenerator<string, { next: string; complete: boolean }> {
    const query = { filter: filters, sample, from, to, limit, cursor };
    const response = await this.#http.call('GET', `/streams/${encodeURIComponent(stream)}/events`, { query, signal, timeoutMs: 0 });
    let last: string | undefined;
    for await (const line of textLines(response.body!)) {
      if (last !== undefined) yield last;
      last = line;
    }
    if (last === undefined || !last.startsWith('{"next":'))
      throw new CliError(`query-api ended its answer about ${stream} before its end`, { hint: 'Events may be missing: ask again.' });
    return JSON.parse(last) as { next: string; complete: boolean };
  }

  /** What comes from now on, until the signal; reconnecting is the caller's. */
  async *tail(stream: string, { filters, sample }: EventSelection, signal: AbortSignal): AsyncGenerator<TailItem> {
    const response = await this.#http.call('GET', `/streams/${encodeURIComponent(stream)}/tail`, {
      query: { filter: filters, sample },
      signal,
      timeoutMs: 0,
    });
    for await (const { event, data } of serverSentEvents(response.body!)) {
      if (event === 'message') yield { document: data };
      else if (event === 'dropped') yield { dropped: (JSON.parse(data) as { events: number }).events };
      else if (event === 'closed')
        throw new CliError(`query-api has ended the tail of ${stream}: ${(JSON.parse(data) as { reason: string }).reason}`);
    }
  }

  /** All spans of a trace, page after page. */
  async trace(traceId: string, signal: AbortSignal): Promise<SpanDocument[]> {
    const spans: SpanDocument[] = [];
    let pagingState: string | undefined;
    do {
      const page: { result: SpanDocument[]; pagingState?: string } = await this.#http.json('/trace', {
        query: { traceId, pagingState },
        signal,
      });
      for (const span of page.result) spans.push(span);
      pagingState = page.pagingState;
    } while (pagingState !== undefined);
    return spans;
  }
}
