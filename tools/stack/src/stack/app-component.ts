import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FetchOptions } from '../artifacts/artifact.ts';
import { startDaemon } from '../process/daemon.ts';
import { isAlive } from '../process/process-identity.ts';
import { diedWhileStarting } from '../servers/log-excerpt.ts';
import { waitUntil } from '../wait-until.ts';
import type { Component } from './component.ts';
import { type ComponentName, shownName } from './component-name.ts';
import type { StackLayout } from './stack-layout.ts';

export interface AppOptions {
  readonly name: ComponentName;
  /** Path of the entry file from the project's root. */
  readonly entry: string;
  /** Asked for at each start. */
  readonly args?: () => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: Component['ports'];
  readonly needs: Component['needs'];
  /** Whether it is ready; asked until it is. */
  readonly isReady: () => Promise<boolean>;
  readonly prepare?: () => Promise<void>;
  /** What has to be downloaded first. */
  readonly fetch?: (options: FetchOptions) => Promise<unknown>;
}

const READY_TIMEOUT_MS = 90_000;
/** The apps hold events in few large buffers, so a larger young heap would only make them larger. It can be set from outside only. */
const NODE_OPTIONS = ['--max-semi-space-size=4'];

/** A Node.js process of this repository, run by the Node.js that runs this. */
export function appComponent(
  layout: StackLayout,
  { name, entry, args, env = {}, ports = [], needs, isReady, prepare, fetch: fetchFirst }: AppOptions,
): Component {
  return {
    name,
    ports,
    needs,
    isReady,
    ...(prepare ? { prepare } : {}),
    async start(context) {
      const logFile = layout.logFile(name);
      const file = join(layout.root, entry);
      if (!existsSync(file)) throw new Error(`${file} is missing`);
      await fetchFirst?.({ onProgress: context.onProgress, signal: context.signal });
      const identity = await startDaemon({
        command: process.execPath,
        args: [...NODE_OPTIONS, file, ...(args?.() ?? [])],
        cwd: layout.root,
        env: { ...process.env, ...context.env, ...env },
        logFile,
      });
      context.onSpawn(identity);
      context.onProgress('starting');
      await waitUntil(
        async () => {
          if (!isAlive(identity)) throw diedWhileStarting(shownName(name), logFile);
          return isReady();
        },
        { timeoutMs: READY_TIMEOUT_MS, what: `${shownName(name)} is ready (its log: ${logFile})`, signal: context.signal },
      );
    },
  };
}

/** Whether the app on this port says that it is RUNNING (apis §1.1). */
export async function isRunningOn(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
