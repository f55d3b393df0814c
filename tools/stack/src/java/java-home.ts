import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { StackError } from '../stack-error.ts';

export interface JavaHome {
  readonly home: string;
  readonly majorVersion: number;
}

export interface JavaSearch {
  /** Oldest version that will do. */
  readonly atLeast: number;
  /** First version that will not do any more. */
  readonly below?: number;
  /** What it is for, in the words of the error message. */
  readonly purpose: string;
  /** Environment variables that name a Java home, the first that fits wins over everything else on the machine. */
  readonly variables: readonly string[];
  /** Further condition, e.g. that another user can read it. */
  readonly accept?: (home: string) => boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Finds a Java of a version that will do: the variables, then `java` on the PATH, then the usual folders of the system.
 * @throws StackError that says what to install
 */
export function findJava(search: JavaSearch): JavaHome {
  const { atLeast, below = Infinity, purpose, variables, accept = () => true, env = process.env } = search;
  for (const home of javaHomes(variables, env)) {
    const majorVersion = javaMajorVersion(home);
    if (majorVersion !== undefined && majorVersion >= atLeast && majorVersion < below && accept(home)) return { home, majorVersion };
  }
  const advice = `apt-get install openjdk-${atLeast}-jre-headless, brew install openjdk@${atLeast}, or https://adoptium.net`;
  const versions = below === Infinity ? `${atLeast} or newer` : below > atLeast + 1 ? `${atLeast} to ${below - 1}` : `${atLeast}`;
  throw new StackError(`Java ${versions} is needed for ${purpose} and was not found: install it (${advice}) or set ${variables[0]}.`);
}

function* javaHomes(variables: readonly string[], env: NodeJS.ProcessEnv): Generator<string> {
  for (const name of variables) if (env[name]) yield env[name];
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const java = join(folder, 'java');
    if (folder !== '' && existsSync(java)) yield dirname(dirname(realpathSync(java)));
  }
  const sdkman = join(env['HOME'] ?? '/nonexistent', '.sdkman/candidates/java');
  for (const folder of ['/usr/lib/jvm', '/opt/java', '/opt', sdkman]) yield* subfolders(folder);
  for (const folder of subfolders('/Library/Java/JavaVirtualMachines')) yield join(folder, 'Contents/Home');
  for (const folder of ['/opt/homebrew/opt', '/usr/local/opt']) {
    for (const keg of subfolders(folder)) if (/openjdk/.test(keg)) yield join(keg, 'libexec/openjdk.jdk/Contents/Home');
  }
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The `release` file of a Java home tells the version without starting it; some distributions leave the file out. */
function javaMajorVersion(home: string): number | undefined {
  const java = join(home, 'bin', 'java');
  if (!existsSync(java)) return undefined;
  try {
    const release = join(home, 'release');
    const text = existsSync(release) ? readFileSync(release, 'utf8') : '';
    return parseJavaVersion(/JAVA_VERSION="([^"]+)"/.exec(text)?.[1] ?? askVersion(java));
  } catch {
    return undefined;
  }
}

function askVersion(java: string): string {
  const text = execFileSync(java, ['-XshowSettings:properties', '--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  });
  return /java\.version = (\S+)/.exec(text)?.[1] ?? '';
}

/** `17.0.15` → 17, `1.8.0_402` → 8, `25` → 25. */
export function parseJavaVersion(version: string): number | undefined {
  const [, first, second] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (first === undefined) return undefined;
  return first === '1' && second !== undefined ? Number(second) : Number(first);
}
