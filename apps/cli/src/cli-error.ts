import { EXIT_CODE, type ExitCode } from './exit-code.ts';

export interface CliErrorOptions {
  readonly exitCode?: ExitCode;
  /** What to do about it. */
  readonly hint?: string;
  /** HTTP status of the API that refused. */
  readonly status?: number;
  readonly cause?: unknown;
}

/** What went wrong, where, and what to do: everything that a command tells before it ends with a code above 0. Never holds a secret. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly status: number | undefined;

  constructor(message: string, { exitCode = EXIT_CODE.failed, hint, status, cause }: CliErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.hint = hint;
    this.status = status;
  }

  /** The command line, a file or a setting is wrong. */
  static usage(message: string, hint?: string): CliError {
    return new CliError(message, { exitCode: EXIT_CODE.usage, ...(hint === undefined ? {} : { hint }) });
  }
}
