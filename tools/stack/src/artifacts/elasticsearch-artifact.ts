import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cachedArtifact, type FetchOptions } from './artifact.ts';
import { runMaven } from './maven.ts';
import { unpackZip } from './zip-archive.ts';

export const ELASTICSEARCH_VERSION = '9.5.3';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const COORDINATES = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${ELASTICSEARCH_VERSION}:zip`;

/** Elasticsearch without its optional modules, from Maven Central (132 MB, once for each version). Returns its home folder. */
export async function elasticsearchHome(options: FetchOptions = {}): Promise<string> {
  const name = `elasticsearch-${ELASTICSEARCH_VERSION}`;
  return cachedArtifact(name, options, async (draft) => {
    const download = join(draft, 'download');
    await runMaven({
      args: [COPY, `-Dartifact=${COORDINATES}`, `-DoutputDirectory=${download}`, '-Dmdep.useBaseVersion=true'],
      cwd: draft,
      onProgress: (text) => options.onProgress?.(`downloading ${text}`),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    options.onProgress?.('unpacking');
    await unpackZip(join(download, `${name}.zip`), join(draft, 'unpacked'));
    for (const part of ['bin', 'config', 'lib', 'modules', 'plugins']) renameSync(join(draft, 'unpacked', name, part), join(draft, part));
    rmSync(download, { recursive: true });
    rmSync(join(draft, 'unpacked'), { recursive: true });
  });
}
