import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { COMPONENT_NAMES, type ComponentName } from './component-name.ts';
import { ProcessRecords, writeFileAtomically } from './process-records.ts';
import { StackLayout } from './stack-layout.ts';
import type { StackOptions } from './stack-options.ts';
import { selectedComponents } from './stack-selection.ts';
import { type StackPorts, portsFrom, USUAL_PORTS } from './stack-ports.ts';
import { StackError } from '../stack-error.ts';

/** The data folder that the options name, else that of the stack of this clone if it runs, else the usual one. */
export function chooseLayout(root: string, options: StackOptions): StackLayout {
  if (options.dataDir !== undefined) return new StackLayout(root, options.dataDir);
  const last = new StackLayout(root, lastDataDir(root));
  // Stopping looks where the last start was, whatever is left of it.
  return options.command === 'stop' || isAnythingAlive(new ProcessRecords(last)) ? last : new StackLayout(root);
}

/** One clone has one stack at a time, because there is one endpoints.json. @throws StackError when another data folder's stack runs */
export function claimClone(layout: StackLayout): void {
  const last = lastDataDir(layout.root);
  if (last !== undefined && last !== layout.dataDir && isAnythingAlive(new ProcessRecords(new StackLayout(layout.root, last)))) {
    throw new StackError(`the stack of this clone runs already with --data-dir ${last}: stop it first (npm run stop)`);
  }
  mkdirSync(layout.dataDir, { recursive: true });
  writeFileAtomically(layout.currentFile, `${JSON.stringify({ dataDir: layout.dataDir })}\n`);
}

/** The ports of the stack that runs, else those that the options name. @throws StackError when both differ */
export function choosePorts(layout: StackLayout, records: ProcessRecords, portBase: number | undefined): StackPorts {
  const wanted = portBase === undefined ? USUAL_PORTS : portsFrom(portBase);
  const running = isAnythingAlive(records) && existsSync(layout.portsFile) ? keptPorts(layout) : undefined;
  if (running && portBase !== undefined && running.kafka !== wanted.kafka) {
    throw new StackError(`the stack runs already on other ports (Kafka on ${running.kafka}): stop it first (npm run stop)`);
  }
  const ports = running ?? wanted;
  writeFileAtomically(layout.portsFile, `${JSON.stringify(ports)}\n`);
  return ports;
}

/** The ports of the last start. */
export function keptPorts(layout: StackLayout): StackPorts {
  return JSON.parse(readFileSync(layout.portsFile, 'utf8')) as StackPorts;
}

/**
 * What the stack is made of from now on: what the options ask for, and what runs already. What is neither is forgotten, so that nobody starts it again
 * because it once ended by itself.
 */
export function chooseComponents(layout: StackLayout, records: ProcessRecords, options: StackOptions): ComponentName[] {
  const wanted = selectedComponents(options);
  const selected = COMPONENT_NAMES.filter((name) => wanted.includes(name) || records.alive(name) !== undefined);
  for (const name of COMPONENT_NAMES) if (!selected.includes(name)) records.forget(name);
  writeFileAtomically(layout.selectionFile, `${JSON.stringify(selected)}\n`);
  return selected;
}

/** What the stack was made of at the last start. */
export function keptSelection(layout: StackLayout): ComponentName[] {
  return JSON.parse(readFileSync(layout.selectionFile, 'utf8')) as ComponentName[];
}

function isAnythingAlive(records: ProcessRecords): boolean {
  return COMPONENT_NAMES.some((name) => records.alive(name) !== undefined);
}

function lastDataDir(root: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(new StackLayout(root).currentFile, 'utf8')) as { dataDir: string }).dataDir;
  } catch {
    return undefined;
  }
}
