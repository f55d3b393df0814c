import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cachedArtifact, type FetchOptions } from './artifact.ts';
import { runMaven } from './maven.ts';
import { unpackZip } from './zip-archive.ts';

export const ZIPKIN_VERSION = '3.4.3';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const NAME = `zipkin-lens-${ZIPKIN_VERSION}`;

/** The files of Zipkin's page, as Zipkin's own server serves them, from Maven Central (1 MB). Returns their folder. */
export async function zipkinPage(options: FetchOptions = {}): Promise<string> {
  const folder = await cachedArtifact(NAME, options, async (draft) => {
    const download = join(draft, 'download');
    await runMaven({
      args: [COPY, `-Dartifact=io.zipkin:zipkin-lens:${ZIPKIN_VERSION}:jar`, `-DoutputDirectory=${download}`],
      cwd: draft,
      onProgress: (text) => options.onProgress?.(`downloading ${text}`),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await unpackZip(join(download, `${NAME}.jar`), join(draft, 'unpacked'));
    renameSync(join(draft, 'unpacked', 'zipkin-lens'), join(draft, 'page'));
    for (const rest of ['download', 'unpacked']) rmSync(join(draft, rest), { recursive: true });
  });
  return join(folder, 'page');
}
