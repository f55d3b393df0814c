import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StackError } from '../stack-error.ts';

export interface MavenOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Called with what Maven is transferring, e.g. `elasticsearch-9.5.3.zip 12/132 MB`. */
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Path of `mvn`. @throws StackError that says what to install */
export function findMaven(env: NodeJS.ProcessEnv = process.env): string {
  const folders = [...(env['MAVEN_HOME'] ? [join(env['MAVEN_HOME'], 'bin')] : []), ...(env['PATH'] ?? '').split(delimiter)];
  for (const folder of folders) if (folder !== '' && existsSync(join(folder, 'mvn'))) return join(folder, 'mvn');
  throw new StackError('Maven (mvn) is needed to download the servers: install it (apt-get install maven, brew install maven).');
}

/**
 * Runs Maven with the user's own settings and local repository.
 * @throws StackError with Maven's own first error
 */
export async function runMaven({ args, cwd, onProgress, signal }: MavenOptions): Promise<void> {
  const child = spawn(findMaven(), ['-Dstyle.color=never', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal } : {}),
  });
  let tail = '';
  let artifact = '';
  const read = (chunk: Buffer): void => {
    tail = (tail + chunk.toString()).slice(-20_000);
    const seen = parseMavenProgress(chunk.toString());
    artifact = seen.artifact ?? artifact;
    if (seen.artifact !== undefined || seen.amount !== undefined) onProgress(`${artifact} ${seen.amount ?? ''}`.trim());
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new StackError(`Maven could not download ${artifact || 'from Maven Central'}: ${firstError(tail)}`);
}

/** The last transfer that a piece of Maven's output speaks of. Maven separates its progress by carriage returns. */
export function parseMavenProgress(output: string): { artifact?: string; amount?: string } {
  let artifact: string | undefined;
  let amount: string | undefined;
  for (const line of output.split(/[\r\n]/)) {
    const transfer = /Download(?:ing|ed) from \S+: (\S+)/.exec(line);
    if (transfer) {
      artifact = transfer[1]!.slice(transfer[1]!.lastIndexOf('/') + 1);
      amount = undefined;
    }
    amount = /^Progress \(\d+\): (?:[^|]*?)([\d.]+(?: [kMG]?B)?\/[\d.]+ [kMG]?B)/.exec(line)?.[1] ?? amount;
  }
  return { ...(artifact === undefined ? {} : { artifact }), ...(amount === undefined ? {} : { amount }) };
}

/** The first error that says something; Maven fills the rest of its error output with advice, and sets colours even when asked not to. */
export function firstError(output: string): string {
  const errors = output.split(/[\r\n]+/).flatMap((line) => /\[ERROR\] *(.*)/.exec(line)?.[1]?.trim() || []);
  return errors[0]?.replace(/ -> \[Help \d+\]$/, '') ?? 'no reason given';
}
