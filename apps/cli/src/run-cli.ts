import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import type { Environment } from './context.ts';
import { EXIT_CODE } from './exit-code.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command.
 * @param args without node and the file's name
 * @returns the exit code; what went wrong has been told on standard error, as JSON with --json
 */
export async function runCli(environment: Environment, args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json');
  try {
    await createProgram(environment).parseAsync([...args], { from: 'user' });
    return EXIT_CODE.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_CODE.done;
      const isHelp = error.code === 'commander.help';
      tell(environment, isJson, isHelp ? CliError.usage('A command is missing', 'hercules --help lists them.') : commandLineError(error));
      return EXIT_CODE.usage;
    }
    const isStopped = environment.signal.aborted && (error as Error).name === 'AbortError';
    if (isStopped) {
      tell(environment, isJson, new CliError('Stopped before it was done', { exitCode: EXIT_CODE.interrupted, cause: error }));
      return EXIT_CODE.interrupted;
    }
    const told =
      error instanceof CliError ? error : new CliError(`Something unexpected happened: ${(error as Error).message}`, { cause: error });
    tell(environment, isJson, told);
    return told.exitCode;
  }
}

function commandLineError({ message }: CommanderError): CliError {
  return CliError.usage(
    message
      .replace(/^error: /, '')
      .split('\n')
      .join(' '),
    'hercules <command> --help says what is expected.',
  );
}

function tell({ stderr }: Environment, isJson: boolean, { message, hint, status, exitCode }: CliError): void {
  if (isJson) {
    const code = Object.entries(EXIT_CODE).find(([, value]) => value === exitCode)![0];
    stderr.write(
      `${JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }), ...(status === undefined ? {} : { status }) } })}\n`,
    );
  } else {
    stderr.write(`hercules: ${message}\n${hint === undefined ? '' : `  → ${hint}\n`}`);
  }
}
