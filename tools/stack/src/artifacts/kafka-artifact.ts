import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedArtifact, type FetchOptions } from './artifact.ts';
import { runMaven } from './maven.ts';

export const KAFKA_VERSION = '4.3.1';
const LOG4J_VERSION = '2.25.1';
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** Kafka's jars from Maven Central (44 MB, once for each version). Returns the folder that holds them. */
export async function kafkaJars(options: FetchOptions = {}): Promise<string> {
  const folder = await cachedArtifact(`kafka-${KAFKA_VERSION}`, options, async (draft) => {
    const work = join(draft, 'maven');
    mkdirSync(work);
    writeFileSync(join(work, 'pom.xml'), POM);
    await runMaven({
      args: ['-f', join(work, 'pom.xml'), COPY_DEPENDENCIES, `-DoutputDirectory=${join(draft, 'libs')}`, '-DincludeScope=runtime'],
      cwd: work,
      onProgress: (text) => options.onProgress?.(`downloading ${text}`),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    rmSync(work, { recursive: true });
  });
  return join(folder, 'libs');
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka-server-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG4J_VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>${LOG4J_VERSION}</version></dependency>
  </dependencies>
</project>
`;
