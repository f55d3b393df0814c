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

const PARALLEL_READS = 32;
const ROWS_A_PARTITION = 1000;

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
      `SELECT trace_id FROM ${index} WHERE service = ? AND operation = ? AND bucket = ? AND shard = ?` +
      ` AND began >= ? AND began <= ? LIMIT ${ROWS_A_PARTITION}`;
  }

  /** Sorted. Throws TIMEOUT, BACKEND_UNAVAILABLE */
  async names(kind: TracingNameKind, service = ''): Promise<string[]> {
    const rows = await this.#rows(this.#namesQuery, [kind, service], 'names');
    return rows.map((row) => row['name'] as string).sort();
  }

  /**
   * Ids of traces with a span of one of the services (and operation, '' = any) that began in the interval, newest buckets first, each once.
   * Ends when `maxRows` rows have been looked at. Throws TIMEOUT, BACKEND_UNAVAILABLE
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
    for (const wave of waves(partitionsOf(services, operation, fromMs, toMs), PARALLEL_READS)) {
      const pages = await Promise.all(
        wave.map(({ service, operation: name, bucket, shard }) =>
          this.#rows(this.#indexQuery, [service, name, BigInt(bucket), shard, ...bounds], 'the index of traces'),
        ),
      );
      const ids = pages.flat().map((row) => String(row['trace_id']));
      rowsLeft -= ids.length;
      const fresh = [...new Set(ids)].filter((id) => !seen.has(id));
      for (const id of fresh) seen.add(id);
      if (fresh.length > 0) yield fresh;
      if (rowsLeft <= 0) return;
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

/** Bucket by bucket, newest first, the partitions of all services. */
function* partitionsOf(services: readonly string[], operation: string, fromMs: number, toMs: number): Generator<SpanIndexPartition> {
  for (let bucket = bucketOfMs(toMs); bucket >= bucketOfMs(fromMs); bucket -= SPAN_INDEX_BUCKET_MS) {
    for (const service of services) yield* spanIndexPartitions(service, operation, bucket, bucket);
  }
}

function* waves<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let wave: T[] = [];
  for (const item of items) {
    wave.push(item);
    if (wave.length < size) continue;
    yield wave;
    wave = [];
  }
  if (wave.length > 0) yield wave;
}
