import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StackError } from '../stack-error.ts';

export interface Python {
  readonly path: string;
  /** e.g. `3.11.7` */
  readonly version: string;
}

const NAMES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.9'];
const OLDEST_MINOR = 9;
const NEWEST_MINOR = 13;
/** Fails where the package with `venv` was left out, as Debian does. */
const ASK = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';

let known: Python | undefined;

/**
 * A Python that can make virtual environments and runs Graphite: `HERCULES_STACK_PYTHON`, else the first that fits on the PATH.
 * @throws StackError that says what to install
 */
export function findPython(env: NodeJS.ProcessEnv = process.env): Python {
  if (known !== undefined && env === process.env) return known;
  for (const path of pythons(env)) {
    const version = askVersion(path);
    const minor = Number(/^3\.(\d+)\./.exec(version ?? '')?.[1]);
    if (version === undefined || !(minor >= OLDEST_MINOR && minor <= NEWEST_MINOR)) continue;
    const found = { path, version };
    if (env === process.env) known = found;
    return found;
  }
  throw new StackError(
    `Python 3.${OLDEST_MINOR} to 3.${NEWEST_MINOR} with its module venv is needed for Graphite and was not found: ` +
      'install it (apt-get install python3-venv, brew install python@3.12) or set HERCULES_STACK_PYTHON.',
  );
}

function* pythons(env: NodeJS.ProcessEnv): Generator<string> {
  if (env['HERCULES_STACK_PYTHON']) yield env['HERCULES_STACK_PYTHON'];
  for (const name of NAMES) {
    for (const folder of (env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      if (folder !== '' && existsSync(path)) yield path;
    }
  }
}

function askVersion(python: string): string | undefined {
  try {
    return execFileSync(python, ['-c', ASK], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 }).trim();
  } catch {
    return undefined;
  }
}
