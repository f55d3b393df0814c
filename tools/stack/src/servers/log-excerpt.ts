import { StackError } from '../stack-error.ts';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The last lines of a log, for an error message. */
export function logExcerpt(file: string, lines = 15): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const { size } = fstatSync(fd);
      const bytes = Buffer.alloc(Math.min(size, 16_384));
      readSync(fd, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } finally {
      closeSync(fd);
    }
  } catch {
    return '(no log)';
  }
}

export function diedWhileStarting(what: string, logFile: string): Error {
  return new StackError(`${what} ended while it was starting. The end of ${logFile}:\n${logExcerpt(logFile)}`);
}
