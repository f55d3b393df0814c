import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '@hercules/stack';

const PARENT = '/tmp';

/**
 * A new folder in /tmp that other users may go through, because Elasticsearch runs as another user when root runs the tests. Its name tells whose it is:
 * `hercules-<purpose>-<pid>-…`.
 */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(PARENT, `hercules-${purpose}-${process.pid}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** Takes away the folders of test processes that were killed before they could do it themselves. */
export function removeFoldersOfDeadProcesses(): void {
  for (const name of readdirSync(PARENT)) {
    const pid = /^hercules-[a-z]+-(\d+)-\w+$/.exec(name)?.[1];
    if (pid === undefined || identify(Number(pid))) continue;
    try {
      rmSync(join(PARENT, name), { recursive: true });
    } catch {
      // Another user's.
    }
  }
}
