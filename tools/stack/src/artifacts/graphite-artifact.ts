import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../python/find-python.ts';
import { runPython } from '../python/run-python.ts';
import { GRAPHITE_DATABASE, graphiteFiles, graphiteVariables } from '../servers/graphite-settings.ts';
import { StackError } from '../stack-error.ts';
import { cachedArtifact, type FetchOptions } from './artifact.ts';

export const GRAPHITE_VERSION = '1.1.10';

const PACKAGES = [
  `whisper==${GRAPHITE_VERSION}`,
  `carbon==${GRAPHITE_VERSION}`,
  `graphite-web==${GRAPHITE_VERSION}`,
  'gunicorn==23.0.0',
  'whitenoise==5.3.0',
];
/** Python 3.12 and 3.13 have lost modules that Graphite and its set-up programs use; these bring them back. */
const LOST_MODULES = ['setuptools<81', 'wheel', 'zombie-imp', 'legacy-cgi; python_version >= "3.13"'];
/** So does this for a class and a method. Python runs a module of this name before anything else. */
const LOST_NAMES = {
  file: 'sitecustomize.py',
  text: 'import configparser as c\n\nc.ConfigParser.readfp = c.ConfigParser.read_file\nc.SafeConfigParser = c.ConfigParser\n',
};
const FIRST_MINOR_WITH_LOSSES = 12;
const NO_PORTS = { plaintextPort: 0, picklePort: 0, queryPort: 0, webPort: 0 };

/** Name of the folder in the cache. A virtual environment serves one Python only, so another Python gets one of its own. */
export function graphiteEnvironmentName(): string {
  return `graphite-${GRAPHITE_VERSION}-python${findPython().version}`;
}

/**
 * A Python environment with Graphite's parts from PyPI (132 MB, once for each version), the files of its page and an empty database. Returns its folder.
 * Run its scripts by its `bin/python`: the first line of each names the place where they were installed first.
 * @throws StackError when Python is missing or the packages cannot be had
 */
export function graphiteEnvironment(options: FetchOptions = {}): Promise<string> {
  const fill = async (draft: string): Promise<void> => {
    const signal = options.signal ? { signal: options.signal } : {};
    const python = join(draft, 'bin', 'python');
    options.onProgress?.('installing from PyPI');
    const { path, version } = findPython();
    await runPython(path, ['-m', 'venv', draft], signal);
    await install(draft, python, Number(version.split('.')[1]), signal);
    await runPython(python, ['-c', 'import cairocffi'], signal).catch(() => {
      throw new StackError('Graphite draws with cairo, which was not found: install it (apt-get install libcairo2, brew install cairo).');
    });
    options.onProgress?.('making an empty database');
    await makeDatabaseAndPage(draft, python, signal);
  };
  return cachedArtifact(graphiteEnvironmentName(), options, fill, 'install');
}

async function install(environment: string, python: string, minor: number, signal: { signal?: AbortSignal }): Promise<void> {
  const pip = (args: readonly string[]): Promise<void> =>
    runPython(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args], signal);
  if (minor < FIRST_MINOR_WITH_LOSSES) return pip(PACKAGES);
  await pip(LOST_MODULES);
  writeFileSync(join(environment, 'lib', `python3.${minor}`, 'site-packages', LOST_NAMES.file), LOST_NAMES.text);
  // Packages are built inside of this environment, where the lost parts are.
  await pip(['--no-build-isolation', ...PACKAGES]);
}

/** Both are the same for every Graphite and take seconds. */
async function makeDatabaseAndPage(environment: string, python: string, signal: { signal?: AbortSignal }): Promise<void> {
  const dataDir = join(environment, 'draft');
  for (const folder of ['conf', 'storage/whisper', 'storage/log/webapp']) mkdirSync(join(dataDir, folder), { recursive: true });
  for (const [name, text] of Object.entries(graphiteFiles({ ...NO_PORTS, dataDir, environment, retentions: '60:1d' }))) {
    writeFileSync(join(dataDir, 'conf', name), text);
  }
  const options = { ...signal, env: graphiteVariables(dataDir) };
  await runPython(python, ['-m', 'django', 'migrate', '--run-syncdb', '-v0'], options);
  await runPython(python, ['-m', 'django', 'collectstatic', '--noinput', '-v0'], options);
  renameSync(join(dataDir, 'storage', GRAPHITE_DATABASE), join(environment, GRAPHITE_DATABASE));
  rmSync(dataDir, { recursive: true });
}
