import { readFileSync } from 'node:fs';
import { HerculesError } from '@hercules/protocol';

/**
 * Reads a file of rules, one a line; empty lines and lines that begin with # do not count.
 * @param parse throws an Error that says what is wrong with a line
 * @throws HerculesError BAD_CONFIG that names file and line
 */
export function readRuleFile<T>(path: string, parse: (line: string) => T): T[] {
  const file = path.replace(/^file:\/\//, '');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new HerculesError('BAD_CONFIG', `the rules of a filter cannot be read from ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    try {
      return [parse(line)];
    } catch (error) {
      throw new HerculesError('BAD_CONFIG', `${file}:${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
}
