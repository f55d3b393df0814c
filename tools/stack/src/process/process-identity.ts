import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process by more than its number, because numbers are given out again: pid and the moment it started, as text of the operating system. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** When process `pid` started, as text that never changes while it lives; undefined when there is no such process (a zombie counts as none). */
export function processStart(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? linuxStart(pid) : psStart(pid);
}

/** The identity of the process that has this pid now. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = processStart(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identity.startedAt !== '' && processStart(identity.pid) === identity.startedAt;
}

/** Sends the signal only if the process is still the same one. Returns false when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return sendTo(identity.pid, identity, signal);
}

/** The same to a process that was started in a group of its own, and to everything that it has started in there. */
export function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return sendTo(-identity.pid, identity, signal);
}

function sendTo(target: number, identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Field 22 of /proc/<pid>/stat is the start in clock ticks since boot; the boot's id makes it unique over restarts of the machine. */
function linuxStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The first thread of a process may be a zombie while others still end and hold its ports.
    if (fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1)) return undefined;
    return `${bootId()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

let cachedBootId: string | undefined;
function bootId(): string {
  cachedBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return cachedBootId;
}

function psStart(pid: number): string | undefined {
  try {
    const [state, ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}
