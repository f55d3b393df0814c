import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts a Node.js process of this version with so much added to its environment. */
export function startNode(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
}

export async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return line;
}

/** SIGTERM; resolves when it has ended. */
export async function endProcess(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Looks, each `lookMs`, until so much is counted. @throws Error that says how far it has come */
export async function untilCount(goal: number, count: () => Promise<number>, lookMs = 20, timeoutMs = 120_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const counted = await count();
    if (counted >= goal) return;
    if (Date.now() > deadline) throw new Error(`${counted} of ${goal} after ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
