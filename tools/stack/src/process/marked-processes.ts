import { readFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { processIds } from './process-tree.ts';

export interface MarkedProcess {
  readonly identity: ProcessIdentity;
  /** What the variable holds. */
  readonly value: string;
}

/**
 * All processes that were started with this environment variable and may be looked at by this user. A way to find what a killed parent has left behind.
 * Linux only; an empty list elsewhere.
 */
export function processesWithVariable(name: string): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const pid of processIds()) {
    const identity = identify(pid);
    const value = identity && environmentOf(pid).find((entry) => entry.startsWith(`${name}=`));
    if (value !== undefined) found.push({ identity: identity!, value: value.slice(name.length + 1) });
  }
  return found;
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // Another user's process, or one that has just ended.
  }
}
