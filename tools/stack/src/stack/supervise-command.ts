import { rmSync } from 'node:fs';
import { Progress } from '../progress.ts';
import { COMPONENT_NAMES } from './component-name.ts';
import { stackComponents } from './components.ts';
import { endpointsOf, writeEndpoints } from './endpoints.ts';
import { ProcessRecords } from './process-records.ts';
import { keptPorts } from './stack-context.ts';
import { stackKeys } from './stack-keys.ts';
import { StackLayout } from './stack-layout.ts';
import type { StackOptions } from './stack-options.ts';
import { stopComponents } from './stop-stack.ts';
import { supervise } from './supervise.ts';

/** Watches a detached stack until it gets a SIGTERM, then stops all of it. Its output is a log file. */
export async function superviseCommand(root: string, options: StackOptions): Promise<number> {
  const layout = new StackLayout(root, options.dataDir);
  const records = new ProcessRecords(layout);
  const progress = new Progress(process.stdout);
  const interruption = new AbortController();
  process.on('SIGTERM', () => interruption.abort());
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  const keys = stackKeys(layout);
  const ports = keptPorts(layout);
  const components = stackComponents(layout, ports, keys, COMPONENT_NAMES);
  const context = { layout, records, progress, signal: interruption.signal, onStarted: () => {} };
  progress.line(`${new Date().toISOString()} supervisor ${process.pid} watches the stack in ${layout.dataDir}`);
  await supervise(components, context, () => writeEndpoints(layout, endpointsOf(layout, ports, keys, records)));
  await stopComponents(COMPONENT_NAMES, records, (line) => progress.line(`${new Date().toISOString()} ${line}`));
  records.forget('supervisor');
  rmSync(layout.endpointsFile, { force: true });
  return 0;
}
