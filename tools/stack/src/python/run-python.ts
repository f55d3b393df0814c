import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StackError } from '../stack-error.ts';

const execFileAsync = promisify(execFile);

/**
 * Runs a Python program to its end.
 * @throws StackError with the last line of its error output
 */
export async function runPython(
  python: string,
  args: readonly string[],
  { signal, env }: { signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  try {
    const environment = { ...process.env, ...env };
    await execFileAsync(python, args, { env: environment, maxBuffer: 16 * 1024 * 1024, ...(signal ? { signal } : {}) });
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr, message } = error as Error & { stderr?: string };
    const lines = (stderr ?? '').trim().split('\n');
    // pip ends with advice; its errors say so.
    const reason = lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1);
    throw new StackError(`python ${args.slice(0, 3).join(' ')} failed: ${reason || message}`);
  }
}
