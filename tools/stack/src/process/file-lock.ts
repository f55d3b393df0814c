import { linkSync, mkdirSync, readFileSync, rmSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { waitUntil } from '../wait-until.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

export interface FileLockOptions {
  readonly timeoutMs: number;
  /** Called once when another process holds the lock. */
  readonly onWait?: (holderPid: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while this process holds the lock file. A lock whose holder is dead is taken over.
 * @throws Error when the lock is not free within `timeoutMs`
 */
export async function withFileLock<T>(file: string, { timeoutMs, onWait, signal }: FileLockOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  await waitUntil(
    () => {
      const holder = tryLock(file);
      if (holder === undefined) return true;
      if (!told) onWait?.(holder.pid);
      told = true;
      return false;
    },
    { timeoutMs, what: `lock ${file}`, ...(signal ? { signal } : {}) },
  );
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** The living process that holds the lock. */
export function lockHolder(file: string): ProcessIdentity | undefined {
  const holder = readHolder(file);
  return isAlive(holder) ? holder : undefined;
}

/** Takes the lock, or tells who holds it. The file is linked into place complete, so nobody ever reads half of it. */
function tryLock(file: string): ProcessIdentity | undefined {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identify(process.pid)));
  try {
    linkSync(draft, file);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const holder = readHolder(file);
  if (!isAlive(holder)) removeDeadLock(file);
  return holder;
}

/** Of several processes that see the dead lock, rename lets one have it. Who took a living one by mistake puts it back. */
function removeDeadLock(file: string): void {
  const taken = `${file}.dead-${process.pid}`;
  try {
    renameSync(file, taken);
    if (isAlive(readHolder(taken))) linkSync(taken, file);
    rmSync(taken);
  } catch {
    // Another process was faster; the next try shows who holds it now.
  }
}

function readHolder(file: string): ProcessIdentity {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return { pid: 0, startedAt: '' };
  }
}
