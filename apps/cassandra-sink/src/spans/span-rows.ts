import { SpanReader, spanIndexBucket, spanIndexShard, type TracingNameKind, type TracingTables } from '@hercules/cassandra';
import type { RecordBlock } from '@hercules/kafka';
import { UUID_BYTES } from '@hercules/protocol';
import { RejectedRecord } from '@hercules/sink';
import { compositeRoutingKey, type PreparedInsert, RowBatch } from '../writer/row-batch.ts';
import type { KnownNames } from './known-names.ts';

const NIL_UUID_BYTES = Buffer.alloc(UUID_BYTES);
/** Cassandra refuses keys of partitions of 64 KiB; names are cut long before, by characters. */
const LONGEST_NAME = 512;

/** The INSERT of each table, without and with what the cluster has made of it. */
export const spanStatements = (tables: TracingTables) => ({
  span: { values: 4, cql: `INSERT INTO ${tables.spans} (trace_id, parent_span_id, span_id, payload) VALUES (?, ?, ?, ?)` },
  index: {
    values: 9,
    cql:
      `INSERT INTO ${tables.index} (service, operation, bucket, shard, began, trace_id, span_id, duration, error)` +
      ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  },
  name: { values: 3, cql: `INSERT INTO ${tables.names} (kind, service, name) VALUES (?, ?, ?)` },
});

export type SpanInserts = Readonly<Record<keyof ReturnType<typeof spanStatements>, PreparedInsert>>;

/** Rows of spans, with the names that are written on the occasion. */
export class SpanBatch {
  readonly rows = new RowBatch();
  items = 0;
  /** Names whose rows belong to an item. */
  readonly names: { readonly item: number; readonly name: string }[] = [];

  reset(): void {
    this.rows.reset();
    this.items = 0;
    this.names.length = 0;
  }
}

/** Turns span events into rows, straight from their bytes: the span, one row of the index for its service and one for its operation. */
export class SpanRowEncoder {
  readonly #reader = new SpanReader();
  readonly #names: KnownNames;
  #inserts: SpanInserts | undefined;

  constructor(names: KnownNames) {
    this.#names = names;
  }

  /** To be called before the first span. */
  use(inserts: SpanInserts): void {
    this.#inserts = inserts;
  }

  /** @throws RejectedRecord when the span names no trace or no span; ProtocolError when its bytes are no event */
  add(batch: SpanBatch, { buffer, valueStarts, valueEnds }: RecordBlock, index: number): void {
    const start = valueStarts[index]!;
    const end = valueEnds[index]!;
    const span = this.#reader;
    span.read(buffer, start, end);
    if (span.traceIdAt < 0 || span.spanIdAt < 0) {
      throw new RejectedRecord('span_without_id', `the span has no ${span.traceIdAt < 0 ? 'traceId' : 'spanId'} of type UUID`);
    }
    const item = batch.items++;
    this.#addSpan(batch, item, buffer, start, end);
    const service = span.service.slice(0, LONGEST_NAME);
    const operation = span.operation.slice(0, LONGEST_NAME);
    this.#addIndex(batch, item, buffer, service, '');
    if (operation !== '') this.#addIndex(batch, item, buffer, service, operation);
    const now = Date.now();
    this.#addName(batch, item, now, 'service', '', service);
    if (operation !== '') this.#addName(batch, item, now, 'operation', service, operation);
    if (span.remoteService !== '') this.#addName(batch, item, now, 'remote', service, span.remoteService.slice(0, LONGEST_NAME));
  }

  /** The rows of these items were not written. */
  failed(batch: SpanBatch, items: ReadonlySet<number>): void {
    for (const { item, name } of batch.names) if (items.has(item)) this.#names.forget(name);
  }

  #addSpan({ rows }: SpanBatch, item: number, buffer: Buffer, start: number, end: number): void {
    const { traceIdAt, parentIdAt, spanIdAt } = this.#reader;
    rows.beginRow(this.#inserts!.span);
    rows.raw(buffer, traceIdAt, traceIdAt + UUID_BYTES);
    if (parentIdAt < 0) rows.raw(NIL_UUID_BYTES, 0, UUID_BYTES);
    else rows.raw(buffer, parentIdAt, parentIdAt + UUID_BYTES);
    rows.raw(buffer, spanIdAt, spanIdAt + UUID_BYTES);
    rows.raw(buffer, start, end);
    rows.endRow(item, buffer.toString('latin1', traceIdAt, traceIdAt + UUID_BYTES), () =>
      Buffer.from(buffer.subarray(traceIdAt, traceIdAt + UUID_BYTES)),
    );
  }

  #addIndex({ rows }: SpanBatch, item: number, buffer: Buffer, service: string, operation: string): void {
    const { traceIdAt, spanIdAt, begin, duration, error } = this.#reader;
    const bucket = spanIndexBucket(begin);
    const shard = spanIndexShard(buffer, traceIdAt);
    rows.beginRow(this.#inserts!.index);
    rows.text(service);
    rows.text(operation);
    rows.bigint(BigInt(bucket));
    rows.smallint(shard);
    rows.bigint(begin);
    rows.raw(buffer, traceIdAt, traceIdAt + UUID_BYTES);
    rows.raw(buffer, spanIdAt, spanIdAt + UUID_BYTES);
    rows.bigint(duration);
    rows.boolean(error);
    rows.endRow(item, `${service}\0${operation}\0${bucket}\0${shard}`, () => indexRoutingKey(service, operation, bucket, shard));
  }

  #addName(batch: SpanBatch, item: number, now: number, kind: TracingNameKind, service: string, text: string): void {
    const name = `${kind}\0${service}\0${text}`;
    if (!this.#names.isDue(name, now)) return;
    batch.names.push({ item, name });
    const { rows } = batch;
    rows.beginRow(this.#inserts!.name);
    rows.text(kind);
    rows.text(service);
    rows.text(text);
    rows.endRow(item, `${kind}\0${service}`, () => compositeRoutingKey([Buffer.from(kind), Buffer.from(service)]));
  }
}

function indexRoutingKey(service: string, operation: string, bucket: number, shard: number): Buffer {
  const numbers = Buffer.alloc(10);
  numbers.writeBigInt64BE(BigInt(bucket), 0);
  numbers.writeInt16BE(shard, 8);
  return compositeRoutingKey([Buffer.from(service), Buffer.from(operation), numbers.subarray(0, 8), numbers.subarray(8)]);
}
