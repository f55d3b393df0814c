import { readFileSync } from 'node:fs';
import { HerculesError } from '@hercules/protocol';
import { Client, type ClientOptions, policies, types } from 'cassandra-driver';
import type { CassandraConfig } from './config.ts';

const DEFAULT_PORT = 9042;

/**
 * A client that is not connected yet and belongs to no keyspace: statements name theirs. It repeats nothing by itself, so that a repetition is
 * counted where it is decided. It reconnects for ever.
 * @throws HerculesError BAD_CONFIG when the file of the authority cannot be read
 */
export function createCassandraClient(config: CassandraConfig, more: Partial<ClientOptions> = {}): Client {
  const distance = types.distance;
  return new Client({
    contactPoints: config.contactPoints.map((point) => (point.includes(':') ? point : `${point}:${DEFAULT_PORT}`)),
    localDataCenter: config.localDataCenter,
    ...(config.username === undefined ? {} : { credentials: { username: config.username, password: config.password ?? '' } }),
    ...(config.tls.enabled ? { sslOptions: tlsOptions(config.tls.caFile) } : {}),
    queryOptions: { consistency: types.consistencies[CONSISTENCY_NAMES[config.consistency]], prepare: true },
    socketOptions: { connectTimeout: config.connectTimeoutMs, readTimeout: config.requestTimeoutMs, keepAlive: true, tcpNoDelay: true },
    // Newer versions of the protocol bring nothing that is used here.
    protocolOptions: { maxVersion: types.protocolVersion.v4 },
    pooling: {
      coreConnectionsPerHost: { [distance.local]: config.connectionsPerHost, [distance.remote]: 1 },
      maxRequestsPerConnection: config.maxRequestsPerConnection,
    },
    policies: { retry: new policies.retry.FallthroughRetryPolicy() },
    encoding: { useBigIntAsLong: true },
    ...more,
  });
}

const CONSISTENCY_NAMES = {
  ONE: 'one',
  QUORUM: 'quorum',
  LOCAL_ONE: 'localOne',
  LOCAL_QUORUM: 'localQuorum',
  ALL: 'all',
} as const satisfies Record<CassandraConfig['consistency'], keyof typeof types.consistencies>;

function tlsOptions(caFile: string | undefined): { rejectUnauthorized: true; ca?: Buffer[] } {
  if (caFile === undefined) return { rejectUnauthorized: true };
  try {
    return { rejectUnauthorized: true, ca: [readFileSync(caFile)] };
  } catch (error) {
    throw new HerculesError('BAD_CONFIG', `cassandra.tls.caFile ${caFile} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
