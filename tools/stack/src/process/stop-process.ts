import { pause } from '../wait-until.ts';
import { isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';

/**
 * Asks a process to end with SIGTERM and ends it with SIGKILL after `graceMs`. Resolves when it is gone.
 * @returns how it ended, or 'gone' when it was not there any more
 */
export async function stopProcess(identity: ProcessIdentity, graceMs: number): Promise<'gone' | 'stopped' | 'killed'> {
  if (!signalProcess(identity, 'SIGTERM')) return 'gone';
  // A process that somebody paused would never see the SIGTERM.
  signalProcess(identity, 'SIGCONT');
  if (await isGone(identity, graceMs)) return 'stopped';
  await killProcess(identity);
  return 'killed';
}

/** SIGKILL; resolves when the process is gone. */
export async function killProcess(identity: ProcessIdentity): Promise<void> {
  signalProcess(identity, 'SIGKILL');
  if (!(await isGone(identity, 10_000))) throw new Error(`process ${identity.pid} is still there 10 s after SIGKILL`);
}

async function isGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(50)) if (!isAlive(identity)) return true;
  return !isAlive(identity);
}
