import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedArtifact, type FetchOptions } from './artifact.ts';
import { runMaven } from './maven.ts';

const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/**
 * Jars with all that they need at run time, from Maven Central, once for each `name`. Returns the folder that holds them.
 * @param coordinates `group:artifact:version`, each
 */
export async function mavenJars(name: string, coordinates: readonly string[], options: FetchOptions): Promise<string> {
  const folder = await cachedArtifact(name, options, async (draft) => {
    const work = join(draft, 'maven');
    mkdirSync(work);
    writeFileSync(join(work, 'pom.xml'), pom(name, coordinates));
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

function pom(name: string, coordinates: readonly string[]): string {
  const dependencies = coordinates.map((coordinate) => {
    const [group, artifact, version] = coordinate.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>${name}-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependencies.join('\n    ')}
  </dependencies>
</project>
`;
}
