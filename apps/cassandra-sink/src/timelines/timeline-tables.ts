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
    await this.#change(timeline.name, timelineStatements.create(this.#table(timeline), timeline.ttl), signal);
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

  /** One instance at a time, because two nodes that make a table of one name at once make two. */
  async #change(name: string, statement: string, signal: AbortSignal): Promise<void> {
    const { keyspace } = this.#config.timelines;
    await createSchemaTable(this.#client, keyspace);
    await withSchemaLock(
      this.#client,
      keyspace,
      `timeline/${name}`,
      async () => {
        await this.#client.execute(statement, [], { prepare: false });
      },
      { signal },
    );
  }
}
