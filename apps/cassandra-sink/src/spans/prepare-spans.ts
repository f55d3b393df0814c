import { createKeyspace, migrate, tracingMigrations, tracingTables } from '@hercules/cassandra';
import type { Logger } from '@hercules/protocol';
import type { Client } from 'cassandra-driver';
import type { CassandraSinkConfig } from '../config.ts';
import { prepareStatement } from '../writer/driver-internals.ts';
import { type SpanInserts, spanStatements } from './span-rows.ts';

/** Makes keyspace and tables of spans, as far as they are missing and may be made, and prepares the statements. */
export async function prepareSpans(client: Client, config: CassandraSinkConfig, logger: Logger, signal: AbortSignal): Promise<SpanInserts> {
  const { cassandra, schema, tracing } = config;
  await client.connect();
  if (schema.create) {
    await createKeyspace(client, tracing.keyspace, schema, cassandra.localDataCenter);
    await migrate(client, tracing.keyspace, 'tracing', tracingMigrations(tracing.keyspace, tracing), logger, signal);
  }
  const statements = Object.entries(spanStatements(tracingTables(tracing.keyspace)));
  const prepared = statements.map(async ([name, { cql, values }]) => [name, { id: await prepareStatement(client, cql), values }] as const);
  return Object.fromEntries(await Promise.all(prepared)) as SpanInserts;
}
