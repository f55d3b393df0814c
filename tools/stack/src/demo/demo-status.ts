import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessRecords, writeFileAtomically } from '../stack/process-records.ts';
import type { StackLayout } from '../stack/stack-layout.ts';

export interface DemoStatus {
  readonly pid: number;
  /** Events that the gateway has acknowledged since the demo was started. */
  readonly shippedEvents: number;
}

export function writeDemoStatus(layout: StackLayout, status: DemoStatus): void {
  writeFileAtomically(join(layout.demoFolder, 'status.json'), `${JSON.stringify(status)}\n`);
}

/** Whether the demo that was started last has come so far as to read the logs. */
export function isDemoRunning(layout: StackLayout): boolean {
  try {
    const status = JSON.parse(readFileSync(join(layout.demoFolder, 'status.json'), 'utf8')) as DemoStatus;
    return status.pid === new ProcessRecords(layout).alive('demo')?.pid;
  } catch {
    return false;
  }
}
