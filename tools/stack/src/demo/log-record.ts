export type LogLevel = 'Debug' | 'Info' | 'Warn' | 'Error' | 'Fatal';

/** What one entry of a log file says, whatever the format of the file. */
export interface LogRecord {
  /** ms since 1970 UTC; undefined when the entry does not tell. */
  readonly timestampMs: number | undefined;
  readonly level: LogLevel;
  readonly logger: string | undefined;
  readonly message: string;
  readonly stackTrace: string | undefined;
  /** Further facts, for `properties`. */
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'Debug',
  DEBUG: 'Debug',
  INFO: 'Info',
  WARN: 'Warn',
  WARNING: 'Warn',
  ERROR: 'Error',
  FATAL: 'Fatal',
};

/** The level names of the log schema (protocol §10.2). What is not known counts as Info. */
export function logLevel(text: string): LogLevel {
  return LEVELS[text.toUpperCase()] ?? 'Info';
}

/** A log format: tells where an entry begins, and reads one. */
export interface LogFormat {
  /** Whether the line is the first of an entry. The lines after it that are not belong to it too, e.g. a stack trace. */
  startsEntry(line: string, lineBefore: string | undefined): boolean;
  /** Reads an entry of one line or more. */
  parse(lines: readonly string[]): LogRecord;
}
