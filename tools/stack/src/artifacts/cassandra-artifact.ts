import type { FetchOptions } from './artifact.ts';
import { mavenJars } from './maven-jars.ts';

export const CASSANDRA_VERSION = '5.0.5';

/** Cassandra's jars from Maven Central (66 MB, once for each version). Returns the folder that holds them. */
export function cassandraJars(options: FetchOptions = {}): Promise<string> {
  return mavenJars(`cassandra-${CASSANDRA_VERSION}`, [`org.apache.cassandra:cassandra-all:${CASSANDRA_VERSION}`], options);
}
