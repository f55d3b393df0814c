import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, type ProcessIdentity } from './process-identity.ts';

export interface DaemonOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** stdout and stderr are appended here. */
  readonly logFile: string;
  /** Run as this user, when the caller is root. */
  readonly uid?: number;
  readonly gid?: number;
}

const LOG_ROLL_BYTES = 64 * 1024 * 1024;

/**
 * Starts a process that outlives this one: in a session of its own (a Ctrl-C at the terminal does not reach it), its output in a file.
 * @throws Error when the command cannot be started
 */
export async function startDaemon({ command, args, cwd, env, logFile, uid, gid }: DaemonOptions): Promise<ProcessIdentity> {
  mkdirSync(dirname(logFile), { recursive: true });
  rollLog(logFile);
  const log = openSync(logFile, 'a', 0o640);
  try {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // Nobody listens for its end here: it is watched by pid, whoever started it. Without this it would keep the event loop alive.
    child.unref();
    const identity = identify(child.pid!);
    if (identity === undefined) throw new Error(`${command} ended at once; see ${logFile}`);
    return identity;
  } finally {
    closeSync(log);
  }
}

/** Keeps one older log file. Only at a start, because a running process holds its file open. */
function rollLog(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_ROLL_BYTES) renameSync(logFile, `${logFile}.1`);
}
