import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StackLayout } from './stack-layout.ts';
import { writeFileAtomically } from './process-records.ts';

export interface StackKeys {
  /** Valid at the management API for everything. */
  readonly masterKey: string;
  /** May read and write the streams of logs, metrics, traces and annotations, and the timelines `timeline_*`. */
  readonly apiKey: string;
}

/** The keys of this data folder: made up the first time, kept in a file that only its owner can read. */
export function stackKeys({ keysFile }: StackLayout): StackKeys {
  try {
    return JSON.parse(readFileSync(keysFile, 'utf8')) as StackKeys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const keys: StackKeys = { masterKey: `master_${randomBytes(16).toString('hex')}`, apiKey: `demo_${randomBytes(16).toString('hex')}` };
    writeFileAtomically(keysFile, `${JSON.stringify(keys, null, 2)}\n`, 0o600);
    return keys;
  }
}
