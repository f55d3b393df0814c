import type { FetchOptions } from './artifact.ts';
import { mavenJars } from './maven-jars.ts';

export const KAFKA_VERSION = '4.3.1';
const LOG4J_VERSION = '2.25.1';

/** Kafka's jars from Maven Central (44 MB, once for each version). Returns the folder that holds them. */
export function kafkaJars(options: FetchOptions = {}): Promise<string> {
  const log4j = ['log4j-slf4j-impl', 'log4j-core'].map((name) => `org.apache.logging.log4j:${name}:${LOG4J_VERSION}`);
  return mavenJars(`kafka-${KAFKA_VERSION}`, [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, ...log4j], options);
}
