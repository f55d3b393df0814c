import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../process/file-lock.ts';
import { cacheFolder } from './cache-folder.ts';

export interface FetchOptions {
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Returns the folder `<cache>/<name>`, filled by `fill` if it is not there yet. Filled beside its place and moved there when complete, under a lock: two
 * starts at once download once, and a start that was killed leaves nothing half done.
 */
export async function cachedArtifact(name: string, options: FetchOptions, fill: (folder: string) => Promise<void>): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, name);
  const marker = join(folder, '.ready');
  if (existsSync(marker)) return folder;
  const onWait = (pid: number): void => options.onProgress?.(`waiting for process ${pid}, which downloads it`);
  await withFileLock(
    join(cache, `${name}.lock`),
    { timeoutMs: 30 * 60_000, onWait, ...(options.signal ? { signal: options.signal } : {}) },
    async () => {
      if (existsSync(marker)) return;
      mkdirSync(join(cache, 'partial'), { recursive: true });
      const draft = mkdtempSync(join(cache, 'partial', `${name}-`));
      const umask = process.umask(0o022);
      try {
        await fill(draft);
        chmodSync(draft, 0o755);
        writeFileSync(join(draft, '.ready'), '');
        rmSync(folder, { recursive: true, force: true });
        renameSync(draft, folder);
      } finally {
        process.umask(umask);
        rmSync(draft, { recursive: true, force: true });
      }
    },
  );
  return folder;
}
