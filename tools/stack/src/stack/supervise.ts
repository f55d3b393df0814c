import { withFileLock } from '../process/file-lock.ts';
import { pause } from '../wait-until.ts';
import { ensureRunning, type BringUpContext } from './bring-up.ts';
import type { Component } from './component.ts';
import { shownName } from './component-name.ts';

const LOOK_MS = 1000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;
/** Having run for this long, a component counts as healthy again. */
const HEALTHY_MS = 60_000;

interface Failures {
  count: number;
  lastStartMs: number;
  retryAtMs: number;
}

/**
 * Watches the components until the signal aborts: says so when one has ended by itself, and starts it again, waiting longer after every failure.
 * Components whose record was taken away (somebody stopped them on purpose) are left alone.
 */
export async function supervise(components: readonly Component[], context: BringUpContext, onRestarted: () => void): Promise<void> {
  const { records, progress, signal, layout } = context;
  const failures = new Map<string, Failures>();
  const isDown = ({ name }: Component): boolean => records.saved(name) !== undefined && !records.alive(name);
  while (!signal.aborted) {
    for (const component of components) {
      if (!isDown(component) || signal.aborted) continue;
      const { name } = component;
      const shown = shownName(name);
      const now = Date.now();
      const known = failures.get(name);
      if (known === undefined || now - known.lastStartMs > HEALTHY_MS) failures.set(name, { count: 0, lastStartMs: now, retryAtMs: 0 });
      const state = failures.get(name)!;
      if (state.retryAtMs === 0) {
        const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** state.count++);
        state.retryAtMs = now + backoffMs;
        progress.line(`${shown} has ended by itself (its log: ${layout.logFile(name)}); starting it again in ${backoffMs / 1000} s`);
      }
      if (now < state.retryAtMs) continue;
      state.retryAtMs = 0;
      state.lastStartMs = now;
      try {
        await withFileLock(layout.startLock, { timeoutMs: 300_000, signal }, async () => {
          if (isDown(component)) await ensureRunning(component, context);
        });
        onRestarted();
      } catch (error) {
        if (!signal.aborted) progress.line(`${shown} could not be started: ${(error as Error).message}`);
      }
    }
    await pause(LOOK_MS);
  }
}
