import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Written to the command's standard input. */
  readonly input?: string;
}

/** Runs a command with its output on this terminal. Returns its exit code; an abort ends the command first. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<number> {
  return run(command, args, options, 'inherit').then(({ code }) => code);
}

/** Runs a command and returns what it wrote to the standard output. */
export function captureCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<{ code: number; output: string }> {
  return run(command, args, options, 'pipe');
}

async function run(
  command: string,
  args: readonly string[],
  { cwd, env, signal, input }: CommandOptions,
  output: 'inherit' | 'pipe',
): Promise<{ code: number; output: string }> {
  signal.throwIfAborted();
  const child = spawn(command, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', output, 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdin?.end(input);
  // The command may want to stop what it has started, so it is asked first.
  let force: NodeJS.Timeout | undefined;
  const abort = (): void => {
    child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), 5000);
  };
  signal.addEventListener('abort', abort);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
    signal.throwIfAborted();
    return { code, output: text };
  } finally {
    signal.removeEventListener('abort', abort);
    clearTimeout(force);
  }
}
