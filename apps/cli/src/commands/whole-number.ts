import { CliError } from '../cli-error.ts';

/** A whole number from 1 on. @param what the option or argument, for the message @throws CliError usage */
export function wholeNumber(text: string, what: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw CliError.usage(`${what} is "${text}": expected a whole number, 1 or more`);
  return value;
}
