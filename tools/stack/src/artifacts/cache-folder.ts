import { lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StackError } from '../stack-error.ts';
import { isTraversableByEverybody, unprivilegedUser, withOpenUmask } from './unprivileged-user.ts';

/**
 * Where the downloaded servers are kept for all clones of this user: `HERCULES_STACK_CACHE`, else ~/.cache/hercules-stack. When root starts the stack and
 * its home is closed to others (the rule on Linux), /var/tmp/hercules-stack-0, because Elasticsearch runs as another user then.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['HERCULES_STACK_CACHE'];
  if (chosen) return made(chosen);
  const own = join(homedir(), '.cache', 'hercules-stack');
  if (unprivilegedUser() === undefined || isTraversableByEverybody(own)) {
    try {
      return made(own);
    } catch {
      // A user without a home that can be written, as in many containers.
    }
  }
  return ownFolderInVarTmp();
}

/** Everybody may write to /var/tmp, so a folder there is used only when it is really ours. */
function ownFolderInVarTmp(): string {
  const uid = process.getuid?.() ?? 0;
  const folder = `/var/tmp/hercules-stack-${uid}`;
  made(folder);
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== uid)
    throw new StackError(`${folder} belongs to somebody else: set HERCULES_STACK_CACHE to a folder of your own.`);
  return folder;
}

function made(folder: string): string {
  withOpenUmask(() => mkdirSync(folder, { recursive: true }));
  return folder;
}
