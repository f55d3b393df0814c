import { type ChildProcess, spawn } from 'node:child_process';
import { freePorts, projectRoot } from '@hercules/stack';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

export interface SpawnAppOptions {
  readonly args?: readonly string[];
  /** How long the app may take until `/status` answers 200; 0 = do not wait. */
  readonly readyTimeoutMs?: number;
}

/** An app of this repository that runs as a process of its own. */
export interface SpawnedApp {
  readonly pid: number;
  /** Port of its HTTP server. */
  readonly port: number;
  /** Base URL of its HTTP server, without a slash at the end. */
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it has written to stdout and stderr so far (the last 1 MB). */
  output(): string;
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** SIGTERM; resolves when it has ended, at last by SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<number | NodeJS.Signals>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

const KEPT_OUTPUT = 1024 * 1024;

/**
 * Starts an app, e.g. `spawnApp('apps/gateway/src/main.ts', { HERCULES_KAFKA_BROKERS: … })`, on a free HTTP port (or the one in `HERCULES_HTTP_PORT`), and
 * waits until its `/status` answers 200.
 * @param entry path of the entry file, absolute or from the project's root
 * @param env what is added to the environment
 * @throws Error with the app's output when it ends or is not ready in time
 */
export async function spawnApp(
  entry: string,
  env: Readonly<Record<string, string>> = {},
  { args = [], readyTimeoutMs = 30_000 }: SpawnAppOptions = {},
): Promise<SpawnedApp> {
  const port = Number(env['HERCULES_HTTP_PORT'] ?? (await freePorts(1))[0]);
  const root = projectRoot();
  // Node.js warns of the two together, on the very output that tests read.
  const { NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(entry.startsWith('/') ? '/' : root, entry), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, HERCULES_HTTP_PORT: String(port), ...env },
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let ended = false;
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      ended = true;
      resolve(signal ?? code ?? 1);
    });
  });
  const app: SpawnedApp = {
    pid: child.pid!,
    port,
    url: `http://127.0.0.1:${port}`,
    child,
    output: () => output,
    exited,
    stop: async (graceMs = 15_000) => {
      if (!ended) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      return exited.finally(() => clearTimeout(timer));
    },
    kill: async () => {
      if (!ended) child.kill('SIGKILL');
      await exited;
    },
  };
  if (readyTimeoutMs > 0) {
    try {
      await Promise.race([
        waitFor(
          async () => ended || (await fetch(`${app.url}/status`)).status === 200,
          readyTimeoutMs,
          `${entry} on port ${port} is ready`,
        ),
        exited,
      ]);
      if (ended) throw new Error(`${entry} ended while it was starting`);
    } catch (error) {
      await app.kill();
      throw new Error(`${(error as Error).message}. Its output:\n${output}`, { cause: error });
    }
  }
  return app;
}
