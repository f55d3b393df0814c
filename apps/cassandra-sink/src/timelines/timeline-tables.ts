import { createKeyspace, createSchemaTable, timelineStatements, timelineTable, withSchemaLock } from '@hercules/cassandra';
import type { Timeline } from '@hercules/metadata';
import type { Client } from 'cassandra-driver';
import type { CassandraSinkConfig } from '../config.ts';

/** The tables of timelines (model §8). Every method may be repeated, and called by several instances at once. */
export class TimelineTables {
  readonly #client: Client;
  readonly #config: CassandraSinkConfig;

  constructor(client: Client, config: CassandraSinkConfig) {
    this.#client = client;
    this.#config = config;
  }

  async create(timeline: Timeline, signal: AbortSignal): Promise<void> {
    const { schema, cassandra, timelines } = this.#config;
    if (schema.create) await createKeyspace(this.#client, timelines.keyspace, schema, cassandra.localDataCenter);
    // A table that is there needs nobody's turn: the lock of an instance that was killed would make the others wait until it ends by itself.
    const isThere = (): Promise<boolean> => this.#exists(timeline);
    if (await isThere()) return;
    await this.#change(timeline.name, timelineStatements.create(this.#table(timeline), timeline.ttl), signal, isThere);
  }

  changeTtl(timeline: Timeline, signal: AbortSignal): Promise<void> {
    return this.#change(timeline.name, timelineStatements.changeTtl(this.#table(timeline), timeline.ttl), signal);
  }

  drop(timeline: Timeline, signal: AbortSignal): Promise<void> {
    return this.#change(timeline.name, timelineStatements.drop(this.#table(timeline)), signal);
  }

  #table({ name }: Timeline): string {
    return timelineTable(this.#config.timelines.keyspace, name);
  }

  async #exists({ name }: Timeline): Promise<boolean> {
    const query = 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?';
    const { rowLength } = await this.#client.execute(query, [this.#config.timelines.keyspace, name], { prepare: true });
    return rowLength > 0;
  }

  /** One instance at a time, because two nodes that make a table of one name at once make two. */
  async #change(name: string, statement: string, signal: AbortSignal, isDone?: () => Promise<boolean>): Promise<void> {
    const { keyspace } = this.#config.timelines;
    await createSchemaTable(this.#client, keyspace);
    await withSchemaLock(
      this.#client,
      keyspace,
      `timeline/${name}`,
      async () => {
        await this.#client.execute(statement, [], { prepare: false });
      },
      { signal, ...(isDone ? { isDone } : {}) },
    );
  }
}
