import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../artifacts/cache-folder.ts';
import { ELASTICSEARCH_VERSION } from '../artifacts/elasticsearch-artifact.ts';
import { KAFKA_VERSION } from '../artifacts/kafka-artifact.ts';
import { findMaven } from '../artifacts/maven.ts';
import { elasticsearchJava } from '../servers/elasticsearch-server.ts';
import { kafkaJava } from '../servers/kafka-node.ts';
import { StackError } from '../stack-error.ts';

/** Looks for everything that the user has to install, before anything is started. @throws StackError with one line for each thing that is missing */
export function checkPrerequisites(): void {
  const missing: string[] = [];
  for (const look of [kafkaJava, elasticsearchJava, mavenIfNeeded]) {
    try {
      look();
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      missing.push(error.message);
    }
  }
  if (missing.length > 0) throw new StackError(missing.join('\n'));
}

function mavenIfNeeded(): void {
  const artifacts = [`kafka-${KAFKA_VERSION}`, `elasticsearch-${ELASTICSEARCH_VERSION}`];
  if (!artifacts.every((name) => existsSync(join(cacheFolder(), name, '.ready')))) findMaven();
}
