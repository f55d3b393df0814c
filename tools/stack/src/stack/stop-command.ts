import { rmSync } from 'node:fs';
import { type ProcessIdentity, isAlive, signalProcess } from '../process/process-identity.ts';
import { lockHolder } from '../process/file-lock.ts';
import { killProcess, stopProcess } from '../process/stop-process.ts';
import { pause } from '../wait-until.ts';
import { endUnrecorded } from './bring-up.ts';
import { COMPONENT_NAMES, type ComponentName, shownName, STOP_WAVES } from './component-name.ts';
import { ProcessRecords } from './process-records.ts';
import { chooseLayout } from './stack-context.ts';
import type { StackOptions } from './stack-options.ts';
import { stopComponents } from './stop-stack.ts';

const SUPERVISOR_TIMEOUT_MS = 120_000;

/** `npm run stop`: ends everything of this clone's stack, whoever started it, and nothing else. Returns the exit code. */
export async function stopCommand(root: string, options: StackOptions): Promise<number> {
  const layout = chooseLayout(root, options);
  const records = new ProcessRecords(layout);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const starting = lockHolder(layout.startLock);
  if (starting && starting.pid !== records.alive('supervisor')?.pid) {
    print(`A start is under way (process ${starting.pid}); ending it.`);
    await stopProcess(starting, SUPERVISOR_TIMEOUT_MS);
  }
  // The supervisor would start again what is stopped here, so it goes first, and stops what it watches.
  const supervisor = records.alive('supervisor');
  let stopped = supervisor ? await stopThrough(supervisor, records, print) : 0;
  records.forget('supervisor');
  stopped += await stopComponents(COMPONENT_NAMES, records, print);
  await endUnrecorded(layout.dataDir, records);
  rmSync(layout.endpointsFile, { force: true });
  print(stopped === 0 ? 'Nothing was running.' : 'Everything is stopped.');
  return 0;
}

async function stopThrough(supervisor: ProcessIdentity, records: ProcessRecords, print: (line: string) => void): Promise<number> {
  const running = new Map<ComponentName, ProcessIdentity>();
  for (const name of STOP_WAVES.flat()) {
    const identity = records.alive(name);
    if (identity) running.set(name, identity);
  }
  let stopped = 0;
  signalProcess(supervisor, 'SIGTERM');
  signalProcess(supervisor, 'SIGCONT');
  for (const deadline = Date.now() + SUPERVISOR_TIMEOUT_MS; Date.now() < deadline; await pause(100)) {
    const supervisorLives = isAlive(supervisor);
    for (const [name, identity] of running) {
      if (isAlive(identity)) continue;
      print(`${shownName(name)}: stopped`);
      running.delete(name);
      stopped++;
    }
    if (!supervisorLives) return stopped;
  }
  await killProcess(supervisor);
  return stopped;
}
