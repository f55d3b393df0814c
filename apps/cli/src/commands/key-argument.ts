import { API_KEY_PATTERN, apiKeyIdentity, listedKey, parseListedKey } from '@hercules/metadata';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';

/**
 * The listed form of a key (`<prefix>~sha256:<digest>`), which is no secret. The argument is that form, the key itself, `env:NAME` for a
 * variable that holds it, or `-` for standard input, so that a key need not stand in the shell's history.
 * @throws CliError usage, without the text
 */
export async function keyArgument({ environment }: Pick<CliContext, 'environment'>, text: string): Promise<string> {
  let key = text;
  if (text === '-') {
    key = '';
    for await (const chunk of environment.stdin) key += String(chunk);
    key = key.trim();
  } else if (text.startsWith('env:')) {
    key = environment.env[text.slice(4)] ?? '';
    if (key === '') throw CliError.usage(`The variable ${text.slice(4)} is not set`);
  }
  return shownKey(key);
}

/** The listed form of a plain or listed key. @throws CliError usage, without the text */
export function shownKey(key: string): string {
  if (parseListedKey(key) !== undefined) return key;
  if (API_KEY_PATTERN.test(key)) return listedKey(apiKeyIdentity(key));
  throw CliError.usage(
    'That is no API key',
    'Expected a–z, 0–9, _ and 32 hex digits at the end; or <prefix>~sha256:<digest> as lists show it; or env:NAME; or - for standard input.',
  );
}
