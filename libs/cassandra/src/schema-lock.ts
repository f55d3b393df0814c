import { createHash, randomUUID } from 'node:crypto';
import { type Client, types } from 'cassandra-driver';
import { checkedKeyspace } from './keyspace.ts';

/** Who holds the right to change the schema gives it up by itself after this long, should it die. */
const LOCK_SECONDS = 60;
const RETRY_MS = 300;

/** The table in which a keyspace keeps what has been done to its schema, and who may change it. */
export const schemaTable = (keyspace: string): string => `${checkedKeyspace(keyspace)}.hercules_schema`;

/**
 * Makes that table. Its id is always the same for a keyspace: two instances that make it at once, through different nodes, make one table.
 */
export async function createSchemaTable(client: Client, keyspace: string): Promise<void> {
  const table = schemaTable(keyspace);
  await client.execute(
    `CREATE TABLE IF NOT EXISTS ${table} (component text, version int, description text, applied_at timestamp, holder text,
       PRIMARY KEY ((component), version)) WITH id = ${tableId(table)}`,
    [],
    { prepare: false },
  );
}

/**
 * Runs `work` while no other instance changes the same component of the schema: a row that only one can insert (a lightweight transaction) lets one
 * work while the others wait. The table of {@link createSchemaTable} must be there.
 * @param isDone asked again after each wait; true ends the waiting without `work`
 */
export async function withSchemaLock<T>(
  client: Client,
  keyspace: string,
  component: string,
  work: () => Promise<T>,
  { isDone = () => Promise.resolve(false), signal }: { isDone?: () => Promise<boolean>; signal?: AbortSignal | undefined } = {},
): Promise<T | undefined> {
  const table = schemaTable(keyspace);
  const holder = randomUUID();
  const take = `INSERT INTO ${table} (component, version, holder) VALUES (?, ${LOCK_VERSION}, ?) IF NOT EXISTS USING TTL ${LOCK_SECONDS}`;
  while (!(await client.execute(take, [component, holder], { prepare: true })).wasApplied()) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (await isDone()) return undefined;
  }
  try {
    return await work();
  } finally {
    await client.execute(`DELETE FROM ${table} WHERE component = ? AND version = ${LOCK_VERSION} IF holder = ?`, [component, holder], {
      prepare: true,
    });
  }
}

/** Versions of a component begin at 1. */
const LOCK_VERSION = 0;

/** Reads what lightweight transactions have agreed on. */
export const SERIAL_READ = { prepare: true, consistency: types.consistencies.localSerial };

/** A version 1 uuid, as Cassandra wants it, whose bits are a hash of the name. */
function tableId(table: string): string {
  const hex = createHash('sha256').update(table).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-1${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
