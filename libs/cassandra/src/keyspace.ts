import { HerculesError } from '@hercules/protocol';
import type { Client } from 'cassandra-driver';
import type { KeyspaceConfig } from './config.ts';

const KEYSPACE_NAME = /^[a-z][a-z0-9_]{0,47}$/;

/** Names of keyspaces go into statements as they stand, so only plain ones are taken. @throws HerculesError BAD_CONFIG */
export function checkedKeyspace(name: string): string {
  if (KEYSPACE_NAME.test(name)) return name;
  throw new HerculesError('BAD_CONFIG', `expected a keyspace of a–z, 0–9 and _, at most 48 characters, but it is ${JSON.stringify(name)}`);
}

/** Makes the keyspace unless it is there. Harmless from several instances at once. */
export async function createKeyspace(
  client: Client,
  keyspace: string,
  { strategy, replicationFactor }: KeyspaceConfig,
  localDataCenter: string,
): Promise<void> {
  const factor = strategy === 'SimpleStrategy' ? "'replication_factor'" : `'${localDataCenter.replaceAll("'", "''")}'`;
  await client.execute(
    `CREATE KEYSPACE IF NOT EXISTS ${checkedKeyspace(keyspace)} WITH replication = {'class': '${strategy}', ${factor}: ${replicationFactor}}`,
    [],
    { prepare: false },
  );
}
