import type { Migration } from './migrations.ts';
import { checkedKeyspace } from './keyspace.ts';

/** Width of a bucket of the index, in ms. */
export const SPAN_INDEX_BUCKET_MS = 60_000;
/** Partitions of the index for each service, operation and bucket: a minute of the busiest operation is spread over them. */
export const SPAN_INDEX_SHARDS = 4;

/** Kinds of names in `tracing_names`. */
export type TracingNameKind = 'service' | 'operation' | 'remote';

export interface TracingTables {
  readonly spans: string;
  readonly index: string;
  readonly names: string;
}

/**
 * Names of the tables with their keyspace.
 * @param suffix a–z, 0–9, _: those beside the live ones that a replay fills
 */
export function tracingTables(keyspace: string, suffix?: string): TracingTables {
  const prefix = checkedKeyspace(keyspace);
  const end = suffix === undefined ? '' : `_${suffix}`;
  return { spans: `${prefix}.tracing_spans${end}`, index: `${prefix}.tracing_index${end}`, names: `${prefix}.tracing_names${end}` };
}

export interface TracingStorage {
  /** How long spans are kept, in seconds. */
  readonly ttlSeconds: number;
  /** Rows of so many minutes are compacted together, so that whole files can be thrown away when they have expired. */
  readonly compactionWindowMinutes: number;
  readonly gcGraceSeconds: number;
}

/**
 * The tables of spans. `tracing_spans` is the original's (sinks §5): a trace is a partition, a span a row with the event as it came.
 * `tracing_index` finds traces: one row of a span for its service and one for its operation of that service, newest first, in partitions
 * bounded by a bucket of time and a shard. `tracing_names` lists services, their operations, and the services they call.
 */
export function tracingMigrations(keyspace: string, storage: TracingStorage, suffix?: string): Migration[] {
  const { spans, index, names } = tracingTables(keyspace, suffix);
  const options = tableOptions(storage);
  return [
    {
      version: 1,
      description: 'spans, their index and the names in them',
      statements: [
        `CREATE TABLE IF NOT EXISTS ${spans} (trace_id uuid, parent_span_id uuid, span_id uuid, payload blob,
           PRIMARY KEY ((trace_id), parent_span_id, span_id)) WITH ${options}`,
        `CREATE TABLE IF NOT EXISTS ${index} (service text, operation text, bucket bigint, shard smallint, began bigint, trace_id uuid,
           span_id uuid, duration bigint, error boolean, PRIMARY KEY ((service, operation, bucket, shard), began, trace_id, span_id))
           WITH CLUSTERING ORDER BY (began DESC, trace_id ASC, span_id ASC) AND ${options}`,
        `CREATE TABLE IF NOT EXISTS ${names} (kind text, service text, name text, PRIMARY KEY ((kind, service), name))
           WITH default_time_to_live = ${storage.ttlSeconds} AND gc_grace_seconds = ${storage.gcGraceSeconds}`,
      ],
    },
  ];
}

function tableOptions({ ttlSeconds, compactionWindowMinutes, gcGraceSeconds }: TracingStorage): string {
  return [
    `default_time_to_live = ${ttlSeconds}`,
    `compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'MINUTES', 'compaction_window_size': '${compactionWindowMinutes}'}`,
    `compression = {'class': 'LZ4Compressor', 'chunk_length_in_kb': '64'}`,
    'bloom_filter_fp_chance = 0.01',
    `gc_grace_seconds = ${gcGraceSeconds}`,
  ].join(' AND ');
}

/** Start of the bucket of a time, in ms since 1970. @param ticks 100 ns since 1970 */
export function spanIndexBucket(ticks: bigint): number {
  return bucketOfMs(Number(ticks / 10_000n));
}

/** Start of the bucket of a time, in ms since 1970. */
export function bucketOfMs(ms: number): number {
  return Math.floor(ms / SPAN_INDEX_BUCKET_MS) * SPAN_INDEX_BUCKET_MS;
}

/** The shard of a trace: some bits of its id, the same for all its spans. @param traceId 16 bytes at `offset` */
export function spanIndexShard(traceId: Uint8Array, offset = 0): number {
  let bits = 0;
  for (let i = 0; i < 16; i++) bits = Math.imul(bits ^ traceId[offset + i]!, 0x01000193);
  return (bits >>> 16) % SPAN_INDEX_SHARDS;
}

export interface SpanIndexPartition {
  readonly service: string;
  readonly operation: string;
  readonly bucket: number;
  readonly shard: number;
}

/**
 * Partitions of the index that may hold spans which began in [fromMs, toMs], newest bucket first, shard by shard.
 * @param operation '' for any
 */
export function* spanIndexPartitions(service: string, operation: string, fromMs: number, toMs: number): Generator<SpanIndexPartition> {
  for (let bucket = bucketOfMs(toMs); bucket >= bucketOfMs(fromMs); bucket -= SPAN_INDEX_BUCKET_MS) {
    for (let shard = 0; shard < SPAN_INDEX_SHARDS; shard++) yield { service, operation, bucket, shard };
  }
}
