import {
  SPAN_INDEX_BUCKET_MS,
  bucketOfMs,
  type SpanIndexPartition,
  spanIndexPartitions,
  type TracingNameKind,
  tracingTables,
} from '@hercules/cassandra';
import { TICKS_PER_MS } from '@hercules/protocol';
import type { Client } from 'cassandra-driver';
import { asBackendError } from '../backend-error.ts';
import { type IndexRow, newestFirst, type ReadPage } from './newest-first.ts';

const PARALLEL_READS = 32;
const ROWS_A_PAGE = 500;

/** Finds traces by service, operation and time, and the names there are (libs/cassandra, tracing-tables.ts). */
export class TraceIndex {
  readonly #client: Client;
  readonly #namesQuery: string;
  readonly #indexQuery: string;

  constructor(client: Client, keyspace: string) {
    this.#client = client;
    const { names, index } = tracingTables(keyspace);
    this.#namesQuery = `SELECT name FROM ${names} WHERE kind = ? AND service = ?`;
    this.#indexQuery =
      `SELECT began, trace_id FROM ${index} WHERE service = ? AND operation = ? AND bucket = ? AND shard = ?` +
      ' AND began >= ? AND began <= ?';
  }

  /** Sorted. Throws TIMEOUT, BACKEND_UNAVAILABLE */
  async names(kind: TracingNameKind, service = ''): Promise<string[]> {
    const rows = await this.#rows(this.#namesQuery, [kind, service], 'names');
    return rows.map((row) => row['name'] as string).sort();
  }

  /**
   * Ids of traces with a span of one of the services (and operation, '' = any) that began in the interval, each once, in the order of their newest such
   * spans. Ends when `maxRows` rows have been looked at; a look into a partition counts as one too, as most minutes of a long interval are
   * empty. Throws TIMEOUT, BACKEND_UNAVAILABLE
   */
  async *traceIds(
    services: readonly string[],
    operation: string,
    fromMs: number,
    toMs: number,
    maxRows: number,
  ): AsyncGenerator<string[], void> {
    const seen = new Set<string>();
    let rowsLeft = maxRows;
    const bounds = [BigInt(fromMs) * TICKS_PER_MS, BigInt(toMs) * TICKS_PER_MS + (TICKS_PER_MS - 1n)];
    const readerOf = ({ service, operation: name, bucket, shard }: SpanIndexPartition, pageState?: string): ReadPage => {
      const parameters = [service, name, BigInt(bucket), shard, ...bounds];
      return async () => {
        const page = await this.#page(parameters, pageState);
        rowsLeft -= page.rows.length + 1;
        const next = page.pageState;
        return { rows: page.rows, next: next === undefined ? undefined : readerOf({ service, operation: name, bucket, shard }, next) };
      };
    };
    for (const partitions of groupsOf(services, operation, fromMs, toMs)) {
      for await (const rows of newestFirst(
        partitions.map((partition) => readerOf(partition)),
        PARALLEL_READS,
      )) {
        const fresh = [...new Set(rows.map(({ traceId }) => traceId))].filter((id) => !seen.has(id));
        for (const id of fresh) seen.add(id);
        if (fresh.length > 0) yield fresh;
        if (rowsLeft <= 0) return;
      }
      if (rowsLeft <= 0) return;
    }
  }

  async #page(parameters: unknown[], pageState: string | undefined): Promise<{ rows: IndexRow[]; pageState: string | undefined }> {
    try {
      const options = { prepare: true, fetchSize: ROWS_A_PAGE, ...(pageState === undefined ? {} : { pageState }) };
      const { rows, pageState: next } = await this.#client.execute(this.#indexQuery, parameters, options);
      return {
        rows: rows.map((row) => ({ began: row['began'] as bigint, traceId: String(row['trace_id']) })),
        pageState: next ?? undefined,
      };
    } catch (error) {
      throw asBackendError(error, 'the index of traces');
    }
  }

  async #rows(query: string, parameters: unknown[], what: string): Promise<{ [column: string]: unknown }[]> {
    try {
      return (await this.#client.execute(query, parameters, { prepare: true })).rows;
    } catch (error) {
      throw asBackendError(error, what);
    }
  }
}

/** The partitions of all services, newest first: as many whole buckets at a time as are worth reading together. */
function* groupsOf(services: readonly string[], operation: string, fromMs: number, toMs: number): Generator<SpanIndexPartition[]> {
  if (services.length === 0) return;
  let group: SpanIndexPartition[] = [];
  for (let bucket = bucketOfMs(toMs); bucket >= bucketOfMs(fromMs); bucket -= SPAN_INDEX_BUCKET_MS) {
    for (const service of services) group.push(...spanIndexPartitions(service, operation, bucket, bucket));
    if (group.length < PARALLEL_READS) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
