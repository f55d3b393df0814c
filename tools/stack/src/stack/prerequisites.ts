import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../artifacts/cache-folder.ts';
import { CASSANDRA_VERSION } from '../artifacts/cassandra-artifact.ts';
import { ELASTICSEARCH_VERSION } from '../artifacts/elasticsearch-artifact.ts';
import { KAFKA_VERSION } from '../artifacts/kafka-artifact.ts';
import { findMaven } from '../artifacts/maven.ts';
import { ZIPKIN_VERSION } from '../artifacts/zipkin-artifact.ts';
import { findPython } from '../python/find-python.ts';
import { cassandraJava } from '../servers/cassandra-server.ts';
import { elasticsearchJava } from '../servers/elasticsearch-server.ts';
import { kafkaJava } from '../servers/kafka-node.ts';
import { StackError } from '../stack-error.ts';
import type { ComponentName } from './component-name.ts';

/** What a component runs on, and what Maven fetches for it. */
const NEEDS: Partial<Record<ComponentName, { readonly look?: () => unknown; readonly artifact?: string }>> = {
  kafka: { look: kafkaJava, artifact: `kafka-${KAFKA_VERSION}` },
  elasticsearch: { look: elasticsearchJava, artifact: `elasticsearch-${ELASTICSEARCH_VERSION}` },
  cassandra: { look: cassandraJava, artifact: `cassandra-${CASSANDRA_VERSION}` },
  graphite: { look: findPython },
  zipkin: { artifact: `zipkin-lens-${ZIPKIN_VERSION}` },
};

/**
 * Looks for everything that the user has to install for these components, before anything is started.
 * @throws StackError with one line for each thing that is missing
 */
export function checkPrerequisites(names: readonly ComponentName[]): void {
  const needs = names.flatMap((name) => NEEDS[name] ?? []);
  const isMavenNeeded = needs.some(({ artifact }) => artifact !== undefined && !existsSync(join(cacheFolder(), artifact, '.ready')));
  const missing = new Set<string>();
  for (const look of [...needs.map((need) => need.look), ...(isMavenNeeded ? [findMaven] : [])]) {
    try {
      look?.();
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      missing.add(error.message);
    }
  }
  if (missing.size > 0) throw new StackError([...missing].join('\n'));
}
