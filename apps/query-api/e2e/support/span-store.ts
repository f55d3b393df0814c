import { bucketOfMs, SpanReader, spanIndexShard, type TracingNameKind, tracingMigrations, tracingTables } from '@hercules/cassandra';
import { encodeEvent, type HerculesEvent, NIL_UUID, tag, type Value } from '@hercules/protocol';
import { types, type Client } from 'cassandra-driver';

export interface SpanOptions {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  /** Ticks. */
  readonly begin: bigint;
  readonly duration?: bigint;
  readonly service?: string;
  readonly operation?: string;
  readonly annotations?: Readonly<Record<string, Value>>;
}

/** A span as a service would send it. */
export function spanEvent(event: HerculesEvent, options: SpanOptions): HerculesEvent {
  const { traceId, spanId, parentId, begin, duration = 10_000n, service = 'front', operation = 'GET /', annotations = {} } = options;
  const payload: Record<string, Value> = {
    traceId: tag.uuid(traceId),
    spanId: tag.uuid(spanId),
    ...(parentId === undefined ? {} : { parentSpanId: tag.uuid(parentId) }),
    beginTimestampUtc: tag.long(begin),
    endTimestampUtc: tag.long(begin + duration),
    annotations: tag.container({ application: tag.string(service), operation: tag.string(operation), ...annotations }),
  };
  return { ...event, payload: new Map(Object.entries(payload)) };
}

/** Writes spans into the tables as cassandra-sink does. */
export class SpanStore {
  readonly #client: Client;
  readonly #keyspace: string;
  readonly #reader = new SpanReader();

  constructor(client: Client, keyspace: string) {
    this.#client = client;
    this.#keyspace = keyspace;
  }

  async createTables(): Promise<void> {
    const storage = { ttlSeconds: 3600, compactionWindowMinutes: 90, gcGraceSeconds: 0 };
    for (const { statements } of tracingMigrations(this.#keyspace, storage)) {
      for (const statement of statements) await this.#client.execute(statement, [], { prepare: false });
    }
  }

  async put(events: readonly HerculesEvent[]): Promise<void> {
    for (let i = 0; i < events.length; i += 200) await Promise.all(events.slice(i, i + 200).map((event) => this.#put(event)));
  }

  async #put(event: HerculesEvent): Promise<void> {
    const { spans, index } = tracingTables(this.#keyspace);
    const bytes = encodeEvent(event);
    const reader = this.#reader;
    reader.read(bytes, 0, bytes.length);
    const id = (at: number) => (at < 0 ? types.Uuid.fromString(NIL_UUID) : new types.Uuid(Buffer.from(bytes.subarray(at, at + 16))));
    const { begin, duration, error, service, operation, remoteService } = reader;
    const [trace, parent, span] = [id(reader.traceIdAt), id(reader.parentIdAt), id(reader.spanIdAt)];
    const bucket = BigInt(bucketOfMs(Number(begin / 10_000n)));
    const shard = spanIndexShard(bytes, reader.traceIdAt);
    const run = (query: string, parameters: unknown[]) => this.#client.execute(query, parameters, { prepare: true });
    const row = (name: string) =>
      run(
        `INSERT INTO ${index} (service, operation, bucket, shard, began, trace_id, span_id, duration, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [service, name, bucket, shard, begin, trace, span, duration, error],
      );
    await Promise.all([
      run(`INSERT INTO ${spans} (trace_id, parent_span_id, span_id, payload) VALUES (?, ?, ?, ?)`, [trace, parent, span, bytes]),
      row(''),
      row(operation),
      this.#name('service', '', service),
      this.#name('operation', service, operation),
      ...(remoteService === '' ? [] : [this.#name('remote', service, remoteService)]),
    ]);
  }

  async #name(kind: TracingNameKind, service: string, name: string): Promise<void> {
    const { names } = tracingTables(this.#keyspace);
    await this.#client.execute(`INSERT INTO ${names} (kind, service, name) VALUES (?, ?, ?)`, [kind, service, name], { prepare: true });
  }
}
