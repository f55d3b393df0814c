import { timelineStatements, timelineTable } from '@hercules/cassandra';
import type { RecordBlock } from '@hercules/kafka';
import { compileFilters, type EventFilter, type Timeline } from '@hercules/metadata';
import { EVENT_ID_BYTES, HPath, kafkaPartition, ShardingKey, timetrapOffset, UUID_BYTES } from '@hercules/protocol';
import { requireEvent, type SinkAdapter, type WriteReport } from '@hercules/sink';
import type { Client } from 'cassandra-driver';
import { prepareStatement } from '../writer/driver-internals.ts';
import type { PartitionedWriter } from '../writer/partitioned-writer.ts';
import { compositeRoutingKey, type PreparedInsert, RowBatch } from '../writer/row-batch.ts';

/** Of an event's first bytes: version, then timestamp and uuid, which together are its id (protocol §3). */
const ID_AT = 1;
const UUID_AT = 9;

/** Rows of a timeline. */
export class TimelineBatch {
  readonly rows = new RowBatch();
  items = 0;

  reset(): void {
    this.rows.reset();
    this.items = 0;
  }
}

/** The events of a timeline to its table (sinks §4): a partition is a slice of a bucket of time, a row an event as it came. */
export class TimelineAdapter implements SinkAdapter<TimelineBatch> {
  readonly #client: Client;
  readonly #writer: PartitionedWriter;
  readonly #timeline: Timeline;
  readonly #insertCql: string;
  readonly #filter: EventFilter;
  readonly #shardingKey: ShardingKey;
  #insert: PreparedInsert | undefined;

  constructor(client: Client, writer: PartitionedWriter, keyspace: string, timeline: Timeline) {
    this.#client = client;
    this.#writer = writer;
    this.#timeline = timeline;
    this.#insertCql = timelineStatements.insert(timelineTable(keyspace, timeline.name));
    this.#filter = compileFilters(timeline.filters);
    this.#shardingKey = new ShardingKey(timeline.shardingKey.map((path) => HPath.parse(path)));
  }

  async prepare(): Promise<void> {
    this.#insert = { id: await prepareStatement(this.#client, this.#insertCql), values: 4 };
  }

  createBatch(): TimelineBatch {
    return new TimelineBatch();
  }

  resetBatch(batch: TimelineBatch): void {
    batch.reset();
  }

  batchBytes({ rows }: TimelineBatch): number {
    return rows.length;
  }

  add(batch: TimelineBatch, block: RecordBlock, index: number): boolean {
    requireEvent(block, index);
    const { buffer } = block;
    const start = block.valueStarts[index]!;
    const end = block.valueEnds[index]!;
    if (!this.#filter.accepts(buffer, start, end)) return false;
    const slice = this.#slice(buffer, start, end);
    const offset = timetrapOffset(buffer.readBigInt64BE(start + ID_AT), this.#timeline.timetrapSize);
    const { rows } = batch;
    rows.beginRow(this.#insert!);
    rows.int(slice);
    rows.bigint(BigInt(offset));
    rows.raw(buffer, start + ID_AT, start + ID_AT + EVENT_ID_BYTES);
    rows.raw(buffer, start, end);
    rows.endRow(batch.items++, `${slice}/${offset}`, () => routingKey(slice, offset));
    return true;
  }

  write({ rows }: TimelineBatch, signal: AbortSignal): Promise<WriteReport> {
    return this.#writer.write(rows, signal);
  }

  /** Without a sharding key by the event's uuid and not at random, so that an event that is read twice is stored once. */
  #slice(buffer: Buffer, start: number, end: number): number {
    const { slices, shardingKey } = this.#timeline;
    if (shardingKey.length > 0) return this.#shardingKey.partition(buffer, start, end, slices);
    return kafkaPartition(buffer, start + UUID_AT, start + UUID_AT + UUID_BYTES, slices);
  }
}

function routingKey(slice: number, offset: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32BE(slice, 0);
  bytes.writeBigInt64BE(BigInt(offset), 4);
  return compositeRoutingKey([bytes.subarray(0, 4), bytes.subarray(4)]);
}
