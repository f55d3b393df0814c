import { killProcess, stopProcess } from '../process/stop-process.ts';
import { processesWithVariable } from '../process/marked-processes.ts';
import { isPortFree } from '../process/ports.ts';
import { identify } from '../process/process-identity.ts';
import type { Progress } from '../progress.ts';
import { StackError } from '../stack-error.ts';
import { waitUntil } from '../wait-until.ts';
import { type Component, STACK_MARK, stackMark } from './component.ts';
import { COMPONENT_NAMES, type ComponentName, shownName } from './component-name.ts';
import type { ProcessRecords } from './process-records.ts';
import { portsFrom } from './stack-ports.ts';
import type { StackLayout } from './stack-layout.ts';

export interface BringUpContext {
  readonly layout: StackLayout;
  readonly records: ProcessRecords;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Called for every component that this run has started, as soon as its process exists. */
  readonly onStarted: (name: ComponentName) => void;
}

/** How long a process that runs already may take to answer before it counts as stuck and is started again. */
const REUSE_TIMEOUT_MS = 30_000;

/**
 * Makes every component run: leaves alone what runs and answers, starts the rest, those that do not need each other at once.
 * @throws StackError when a port is taken or something is missing, Error when a component does not come up
 */
export async function bringUp(components: readonly Component[], context: BringUpContext): Promise<void> {
  const { layout, records } = context;
  await endUnrecorded(layout.dataDir, records);
  await checkPorts(components.filter(({ name }) => !records.alive(name)));
  const failure = new AbortController();
  const bounded = { ...context, signal: AbortSignal.any([context.signal, failure.signal]) };
  const ready = new Map<ComponentName, Promise<void>>();
  const start = (component: Component): Promise<void> => {
    const known = ready.get(component.name);
    if (known) return known;
    const needed = components.filter(({ name }) => component.needs.includes(name)).map(start);
    const promise = Promise.all(needed).then(() => ensureRunning(component, bounded));
    ready.set(component.name, promise);
    return promise;
  };
  // The first failure ends the others. All have ended when this returns, so that nothing starts behind the caller's back.
  const started = components.map(start);
  const firstFailure = Promise.all(started).then(
    () => undefined,
    (error: unknown) => {
      failure.abort(error);
      return { error };
    },
  );
  await Promise.allSettled(started);
  const failed = await firstFailure;
  context.signal.throwIfAborted();
  if (failed) throw failed.error;
}

/** Starts the component unless it runs and answers, and prepares it. */
export async function ensureRunning(component: Component, context: BringUpContext): Promise<void> {
  await startUnlessRunning(component, context);
  await component.prepare?.();
}

async function startUnlessRunning(component: Component, { layout, records, progress, signal, onStarted }: BringUpContext): Promise<void> {
  signal.throwIfAborted();
  const { name } = component;
  const shown = shownName(name);
  const running = records.alive(name);
  if (running) {
    const what = `${shown} (pid ${running.pid}) answers`;
    const answers = await waitUntil(() => component.isReady(), { timeoutMs: REUSE_TIMEOUT_MS, what, signal }).catch(() => false);
    signal.throwIfAborted();
    if (answers) return progress.done(shown, `runs already (pid ${running.pid})`);
    progress.line(`${shown}: does not answer, starting it again`);
    await stopProcess(running, 10_000);
  }
  const startedAt = Date.now();
  progress.update(shown, 'starting');
  await component.start({
    signal,
    env: { [STACK_MARK]: stackMark(layout.dataDir, name) },
    onProgress: (text) => progress.update(shown, text),
    onSpawn: (identity) => {
      records.save(name, identity);
      onStarted(name);
      progress.update(shown, `starting (pid ${identity.pid})`);
    },
  });
  progress.done(shown, `ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** A start that was killed may have left processes that it had no time to write down. They are not known to be whole, so they go. */
export async function endUnrecorded(dataDir: string, records: ProcessRecords): Promise<void> {
  const known = new Set([...COMPONENT_NAMES, 'supervisor' as const].map((name) => records.alive(name)?.pid));
  const marks = new Set(COMPONENT_NAMES.map((name) => stackMark(dataDir, name)));
  const own = identify(process.pid)!.pid;
  for (const { identity, value } of processesWithVariable(STACK_MARK)) {
    if (marks.has(value) && !known.has(identity.pid) && identity.pid !== own) await killProcess(identity);
  }
}

async function checkPorts(components: readonly Component[]): Promise<void> {
  for (const { ports } of components) {
    for (const [port, purpose] of ports) {
      // What was killed a moment ago may take some more to give its port back.
      const isFree = () => isPortFree(port);
      if (await waitUntil(isFree, { timeoutMs: 2000, what: `port ${port} is free` }).catch(() => false)) continue;
      const base = await freeBase();
      throw new StackError(
        `port ${port} (${purpose}) is taken by another program: choose other ports, e.g. npm start -- --port-base ${base}`,
      );
    }
  }
}

async function freeBase(): Promise<number> {
  for (let base = 19_000; base < 60_000; base += 100) {
    const free = await Promise.all(Object.values(portsFrom(base)).map(isPortFree));
    if (free.every(Boolean)) return base;
  }
  return 19_000;
}
