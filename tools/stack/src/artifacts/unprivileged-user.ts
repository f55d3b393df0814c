import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The user that Elasticsearch runs as when root starts it, because it refuses to run as root: `nobody`, which every system has. */
export interface UnprivilegedUser {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: UnprivilegedUser = { uid: 65534, gid: 65534 };

/** Undefined when this process is no root: then Elasticsearch runs as the user who started it. */
export function unprivilegedUser(): UnprivilegedUser | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** Whether everybody may go through all folders down to `path`; folders that do not exist yet will be made so. */
export function isTraversableByEverybody(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Runs `work` so that new files and folders can be read by everybody, however strict the umask of the caller is. Not for secrets. */
export function withOpenUmask<T>(work: () => T): T {
  const before = process.umask(0o022);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}
