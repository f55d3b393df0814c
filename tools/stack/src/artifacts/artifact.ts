import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../process/file-lock.ts';
import { cacheFolder } from './cache-folder.ts';

export interface FetchOptions {
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

const LOCK_TIMEOUT_MS = 30 * 60_000;

/**
 * Returns the folder `<cache>/<name>`, filled by `fill` if it is not there yet. Filled beside its place and moved there when complete, under a lock: two
 * starts at once download once, and a start that was killed leaves nothing half done.
 * @param lockName One lock for everything that Maven fetches: two Mavens at once can damage the local repository that they share.
 */
export async function cachedArtifact(
  name: string,
  options: FetchOptions,
  fill: (folder: string) => Promise<void>,
  lockName = 'download',
): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, name);
  const marker = join(folder, '.ready');
  if (existsSync(marker)) return folder;
  const onWait = (pid: number): void =>
    options.onProgress?.(pid === process.pid ? 'waiting for the other download' : `waiting for process ${pid}, which downloads`);
  const lock = { timeoutMs: LOCK_TIMEOUT_MS, onWait, ...(options.signal ? { signal: options.signal } : {}) };
  await withFileLock(join(cache, `${lockName}.lock`), lock, async () => {
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
  });
  return folder;
}
