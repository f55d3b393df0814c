import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isAlive, type ProcessIdentity } from '../process/process-identity.ts';
import type { ComponentName } from './component-name.ts';
import type { StackLayout } from './stack-layout.ts';

/** Remembers on disk which process runs as which component, so that a later command finds it, and finds out when the pid belongs to another by now. */
export class ProcessRecords {
  readonly #layout: StackLayout;

  constructor(layout: StackLayout) {
    this.#layout = layout;
  }

  save(name: ComponentName | 'supervisor', identity: ProcessIdentity): void {
    writeFileAtomically(this.#layout.recordFile(name), `${JSON.stringify(identity)}\n`);
  }

  /** The process that was saved last, dead or alive. */
  saved(name: ComponentName | 'supervisor'): ProcessIdentity | undefined {
    try {
      return JSON.parse(readFileSync(this.#layout.recordFile(name), 'utf8')) as ProcessIdentity;
    } catch {
      return undefined;
    }
  }

  /** The process that was saved last, if it still runs. */
  alive(name: ComponentName | 'supervisor'): ProcessIdentity | undefined {
    const identity = this.saved(name);
    return identity && isAlive(identity) ? identity : undefined;
  }

  forget(name: ComponentName | 'supervisor'): void {
    rmSync(this.#layout.recordFile(name), { force: true });
  }
}

/** Writes a file so that a reader, or a start after a kill, never sees half of it. */
export function writeFileAtomically(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}
