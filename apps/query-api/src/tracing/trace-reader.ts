import { tracingTables } from '@hercules/cassandra';
import { HerculesError } from '@hercules/protocol';
import { type Client, types } from 'cassandra-driver';
import { asBackendError } from '../backend-error.ts';

export interface SpanPage {
  /** The events of spans, as they were stored. */
  readonly spans: Buffer[];
  /** Where to go on, in hex; undefined when there is no more. */
  readonly pageState: string | undefined;
}

const PAGE_STATE = /^([0-9a-fA-F]{2})+$/;

/** Reads the spans of a trace, ordered by parent and span (sinks §5). */
export class TraceReader {
  readonly #client: Client;
  readonly #spansQuery: string;
  readonly #childrenQuery: string;

  constructor(client: Client, keyspace: string) {
    this.#client = client;
    const { spans } = tracingTables(keyspace);
    this.#spansQuery = `SELECT payload FROM ${spans} WHERE trace_id = ?`;
    this.#childrenQuery = `${this.#spansQuery} AND parent_span_id = ?`;
  }

  /**
   * One page of a trace, or of the children of a span in it.
   * @param pageState what the page before has given. Throws INVALID_ARGUMENT when it is none, TIMEOUT, BACKEND_UNAVAILABLE
   */
  async page(traceId: string, parentSpanId: string | undefined, limit: number, pageState?: string): Promise<SpanPage> {
    if (pageState !== undefined && !PAGE_STATE.test(pageState)) throw badPageState();
    const query = parentSpanId === undefined ? this.#spansQuery : this.#childrenQuery;
    const parameters = [traceId, ...(parentSpanId === undefined ? [] : [parentSpanId])].map((id) => types.Uuid.fromString(id));
    try {
      const options = { prepare: true, fetchSize: limit, ...(pageState === undefined ? {} : { pageState }) };
      const { rows, pageState: next } = await this.#client.execute(query, parameters, options);
      return { spans: rows.map((row) => row['payload'] as Buffer), pageState: next ?? undefined };
    } catch (error) {
      if (pageState !== undefined && /pag(e|ing).?state/i.test((error as Error).message)) throw badPageState();
      throw asBackendError(error, 'the trace');
    }
  }

  /** All spans of a trace, at most so many. */
  async trace(traceId: string, limit: number): Promise<Buffer[]> {
    const spans: Buffer[] = [];
    let pageState: string | undefined;
    do {
      const page = await this.page(traceId, undefined, Math.min(5000, limit - spans.length), pageState);
      spans.push(...page.spans);
      pageState = page.pageState;
    } while (pageState !== undefined && spans.length < limit);
    return spans;
  }
}

function badPageState(): HerculesError {
  return new HerculesError(
    'INVALID_ARGUMENT',
    "Query parameter 'pagingState' is invalid: expected 0x and hex digits as an answer has given them",
  );
}
