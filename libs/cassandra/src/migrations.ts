import { randomUUID } from 'node:crypto';
import type { Logger } from '@hercules/protocol';
import { type Client, types } from 'cassandra-driver';
import { checkedKeyspace } from './keyspace.ts';

/** One step of a schema. Steps are numbered from 1 without gaps and never change once released; a new state is a new step. */
export interface Migration {
  readonly version: number;
  readonly description: string;
  /** Statements that may be repeated (`IF NOT EXISTS`): a step that was cut off is carried out again. */
  readonly statements: readonly string[];
}

/** Who holds the right to change the schema gives it up by itself after this long, should it die. */
const LOCK_SECONDS = 60;
const RETRY_MS = 300;

/**
 * Brings the schema of a keyspace, which must exist, to its newest version: every step that the table `hercules_schema` does not name as done
 * is carried out, in order. Several instances may do so at once: a row that only one of them can insert (a lightweight transaction) lets one
 * work while the others wait. @returns the versions that this call has carried out
 */
export async function migrate(
  client: Client,
  keyspace: string,
  component: string,
  migrations: readonly Migration[],
  logger: Logger,
  signal?: AbortSignal,
): Promise<number[]> {
  const table = `${checkedKeyspace(keyspace)}.hercules_schema`;
  await client.execute(
    `CREATE TABLE IF NOT EXISTS ${table} (component text, version int, description text, applied_at timestamp, holder text, PRIMARY KEY ((component), version))`,
    [],
    { prepare: false },
  );
  const pending = async (): Promise<Migration[]> => {
    const { rows } = await client.execute(`SELECT version FROM ${table} WHERE component = ? AND version > 0`, [component], SERIAL_READ);
    const done = new Set(rows.map((row) => row['version'] as number));
    return migrations.filter(({ version }) => !done.has(version));
  };
  if ((await pending()).length === 0) return [];
  const holder = randomUUID();
  while (!(await takeLock(client, table, component, holder))) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if ((await pending()).length === 0) return [];
  }
  try {
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
  } finally {
    await client.execute(`DELETE FROM ${table} WHERE component = ? AND version = 0 IF holder = ?`, [component, holder], { prepare: true });
  }
}

const SERIAL_READ = { prepare: true, consistency: types.consistencies.localSerial };

/** Version 0 stands for the right to work. */
async function takeLock(client: Client, table: string, component: string, holder: string): Promise<boolean> {
  const result = await client.execute(
    `INSERT INTO ${table} (component, version, holder) VALUES (?, 0, ?) IF NOT EXISTS USING TTL ${LOCK_SECONDS}`,
    [component, holder],
    { prepare: true },
  );
  return result.wasApplied();
}
