import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython } from './find-python.ts';

describe('findPython', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'python-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A program that answers like a Python of this version, or like one without the module venv. */
  const install = (name: string, version: string | undefined): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${version === undefined ? 'exit 1' : `echo ${version}`}\n`, { mode: 0o755 });
    return path;
  };

  it('takes the first on the PATH that will do', () => {
    install('python3', '3.8.18');
    install('python3.12', undefined);
    const path = install('python3.11', '3.11.7');
    expect(findPython({ PATH: folder })).toEqual({ path, version: '3.11.7' });
  });

  it('prefers the one that the environment names', () => {
    install('python3', '3.11.7');
    const path = install('chosen', '3.12.1');
    expect(findPython({ PATH: folder, HERCULES_STACK_PYTHON: path })).toEqual({ path, version: '3.12.1' });
  });

  it('says in one line what to install', () => {
    install('python3', '3.14.0');
    expect(() => findPython({ PATH: folder })).toThrow(/^Python 3\.9 to 3\.13 .*\(apt-get install python3-venv, .*$/);
  });
});
