import type { Logger } from '@hercules/protocol';
import type { Client } from 'cassandra-driver';
import { createSchemaTable, schemaTable, SERIAL_READ, withSchemaLock } from './schema-lock.ts';

/** One step of a schema. Steps are numbered from 1 without gaps and never change once released; a new state is a new step. */
export interface Migration {
  readonly version: number;
  readonly description: string;
  /** Statements that may be repeated (`IF NOT EXISTS`): a step that was cut off is carried out again. */
  readonly statements: readonly string[];
}

/**
 * Brings the schema of a component in a keyspace, which must exist, to its newest version: every step that the table `hercules_schema` does not name
 * as done is carried out, in order. Several instances may do so at once. @returns the versions that this call has carried out
 */
export async function migrate(
  client: Client,
  keyspace: string,
  component: string,
  migrations: readonly Migration[],
  logger: Logger,
  signal?: AbortSignal,
): Promise<number[]> {
  const table = schemaTable(keyspace);
  await createSchemaTable(client, keyspace);
  const pending = async (): Promise<Migration[]> => {
    const { rows } = await client.execute(`SELECT version FROM ${table} WHERE component = ? AND version > 0`, [component], SERIAL_READ);
    const done = new Set(rows.map((row) => row['version'] as number));
    return migrations.filter(({ version }) => !done.has(version));
  };
  const isDone = async (): Promise<boolean> => (await pending()).length === 0;
  if (await isDone()) return [];
  const carryOut = async (): Promise<number[]> => {
    const steps = await pending();
    for (const { version, description, statements } of steps) {
      for (const statement of statements) await client.execute(statement, [], { prepare: false });
      await client.execute(
        `INSERT INTO ${table} (component, version, description, applied_at) VALUES (?, ?, ?, ?) IF NOT EXISTS`,
        [component, version, description, new Date()],
        { prepare: true },
      );
      logger.info({ keyspace, component, version, description }, 'the schema was brought to a new version');
    }
    return steps.map(({ version }) => version);
  };
  return (await withSchemaLock(client, keyspace, component, carryOut, { isDone, signal })) ?? [];
}
