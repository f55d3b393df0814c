import { rmSync } from 'node:fs';
import { startDaemon } from '../process/daemon.ts';
import { withFileLock } from '../process/file-lock.ts';
import { identify, type ProcessIdentity } from '../process/process-identity.ts';
import { killProcess } from '../process/stop-process.ts';
import { Progress } from '../progress.ts';
import { StackError } from '../stack-error.ts';
import { bringUp, type BringUpContext } from './bring-up.ts';
import { type Component, STACK_MARK, stackMark } from './component.ts';
import type { ComponentName } from './component-name.ts';
import { stackComponents } from './components.ts';
import { endpointsOf, writeEndpoints } from './endpoints.ts';
import { checkPrerequisites } from './prerequisites.ts';
import { ProcessRecords } from './process-records.ts';
import { readyReport } from './ready-report.ts';
import { chooseComponents, chooseLayout, choosePorts, claimClone } from './stack-context.ts';
import { type StackKeys, stackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackOptions } from './stack-options.ts';
import { selectedComponents } from './stack-selection.ts';
import type { StackPorts } from './stack-ports.ts';
import { stopComponents } from './stop-stack.ts';
import { supervise } from './supervise.ts';

const OTHER_START_TIMEOUT_MS = 20 * 60_000;

/**
 * `npm start`: makes everything run and stays until Ctrl-C, then stops what it has started; or returns when all is ready (`--detach`).
 * @param entry path of this program, for the supervisor of a detached stack
 * @returns the exit code
 */
export async function startCommand(root: string, entry: string, options: StackOptions): Promise<number> {
  const layout = chooseLayout(root, options);
  const records = new ProcessRecords(layout);
  const progress = new Progress();
  const interruption = new AbortController();
  const started = new Set<ComponentName>();
  listenForStop(interruption, started, records);
  const stopStarted = async (): Promise<void> => {
    progress.end();
    await stopComponents([...started], records, (line) => progress.line(line));
  };
  checkPrerequisites(selectedComponents(options));
  claimClone(layout);
  const context: BringUpContext = { layout, records, progress, signal: interruption.signal, onStarted: (name) => started.add(name) };
  let ports: StackPorts;
  const keys = stackKeys(layout);
  let components: Component[];
  let otherSupervisor: ProcessIdentity | undefined;
  try {
    ({ ports, components, otherSupervisor } = await bringAllUp(context, options, keys, entry));
  } catch (error) {
    await stopStarted();
    if (interruption.signal.aborted) return 130;
    throw error;
  }
  progress.end();
  const publish = (): void => writeEndpoints(layout, endpointsOf(layout, ports, keys, records));
  publish();
  process.stdout.write(readyReport(endpointsOf(layout, ports, keys, records), layout.endpointsFile));
  if (options.detach || (otherSupervisor !== undefined && started.size === 0)) {
    process.stdout.write('Everything runs. npm run stop ends it.\n');
    return 0;
  }
  if (otherSupervisor === undefined) for (const { name } of components) started.add(name);
  process.stdout.write('Everything runs. Ctrl-C stops it.\n');
  await supervise(otherSupervisor === undefined ? components : components.filter(({ name }) => started.has(name)), context, publish);
  await stopStarted();
  if (otherSupervisor === undefined) {
    records.forget('supervisor');
    rmSync(layout.endpointsFile, { force: true });
  }
  return 0;
}

interface RunningStack {
  readonly ports: StackPorts;
  readonly components: Component[];
  /** Who watches the stack already, from an earlier start. */
  readonly otherSupervisor: ProcessIdentity | undefined;
}

async function bringAllUp(context: BringUpContext, options: StackOptions, keys: StackKeys, entry: string): Promise<RunningStack> {
  const { layout, records, progress, signal } = context;
  const onWait = (pid: number): void => progress.line(`Another start is under way (process ${pid}); waiting for it.`);
  return withFileLock(layout.startLock, { timeoutMs: OTHER_START_TIMEOUT_MS, onWait, signal }, async () => {
    const ports = choosePorts(layout, records, options.portBase);
    const components = stackComponents(layout, ports, keys, chooseComponents(layout, records, options));
    await bringUp(components, context);
    const otherSupervisor = records.alive('supervisor');
    if (!otherSupervisor && options.detach) await startSupervisor(layout, entry);
    else if (!otherSupervisor) records.save('supervisor', identify(process.pid)!);
    return { ports, components, otherSupervisor };
  });
}

/** The detached stack's supervisor is this program again, with another command. It only watches: everything runs already. */
async function startSupervisor(layout: StackLayout, entry: string): Promise<void> {
  const identity = await startDaemon({
    command: process.execPath,
    args: [entry, 'supervise', '--data-dir', layout.dataDir],
    cwd: layout.root,
    env: { ...process.env, [STACK_MARK]: stackMark(layout.dataDir, 'supervisor') },
    logFile: layout.logFile('supervisor'),
  });
  new ProcessRecords(layout).save('supervisor', identity);
}

/** The first signal asks for an orderly stop; a second one ends everything at once. */
function listenForStop(interruption: AbortController, started: ReadonlySet<ComponentName>, records: ProcessRecords): void {
  const onSignal = (): void => {
    if (!interruption.signal.aborted) return interruption.abort(new StackError('stopped'));
    const kills = [...started].map(async (name) => {
      const identity = records.alive(name);
      if (identity) await killProcess(identity);
    });
    void Promise.allSettled(kills).finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
