import { createKeyspace, createSchemaTable, migrate, tracingMigrations, tracingTables, withSchemaLock } from '@hercules/cassandra';
import type { Logger } from '@hercules/protocol';
import type { Client } from 'cassandra-driver';
import type { CassandraSinkConfig } from '../config.ts';
import { prepareStatement } from '../writer/driver-internals.ts';
import { type SpanInserts, spanStatements } from './span-rows.ts';

export interface SpanTablesOptions {
  readonly client: Client;
  readonly config: CassandraSinkConfig;
  readonly logger: Logger;
  /** Of the tables of a replay. */
  readonly suffix?: string | undefined;
}

/** Makes keyspace and tables of spans, as far as they are missing and may be made, and prepares the statements. */
export async function prepareSpans({ client, config, logger, suffix }: SpanTablesOptions, signal: AbortSignal): Promise<SpanInserts> {
  const { cassandra, schema, tracing } = config;
  await client.connect();
  if (schema.create) {
    await createKeyspace(client, tracing.keyspace, schema, cassandra.localDataCenter);
    if (suffix === undefined)
      await migrate(client, tracing.keyspace, 'tracing', tracingMigrations(tracing.keyspace, tracing), logger, signal);
    else await createTables(client, config, suffix, signal);
  }
  const statements = Object.entries(spanStatements(tracingTables(tracing.keyspace, suffix)));
  const prepared = statements.map(async ([name, { cql, values }]) => [name, { id: await prepareStatement(client, cql), values }] as const);
  return Object.fromEntries(await Promise.all(prepared)) as SpanInserts;
}

/** The tables of a replay have no history of versions: they are made in the newest form, dropped by hand, and may be made again. */
async function createTables(client: Client, { tracing }: CassandraSinkConfig, suffix: string, signal: AbortSignal): Promise<void> {
  await createSchemaTable(client, tracing.keyspace);
  const statements = tracingMigrations(tracing.keyspace, tracing, suffix).flatMap((step) => step.statements);
  const create = async (): Promise<void> => {
    for (const statement of statements) await client.execute(statement, [], { prepare: false });
  };
  await withSchemaLock(client, tracing.keyspace, `tracing_${suffix}`, create, { signal });
}
