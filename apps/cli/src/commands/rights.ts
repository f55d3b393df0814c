import { CliError } from '../cli-error.ts';

const LETTERS = ['r', 'w', 'm'] as const;
const RIGHT_OF: Readonly<Record<string, string>> = { read: 'r', write: 'w', manage: 'm' };

/** `rw`, `rw-` or `read,write` as the API takes it: `rw-`. @throws CliError usage */
export function parseRights(text: string): string {
  const words = text.split(',');
  const letters = words.every((word) => word in RIGHT_OF) ? words.map((word) => RIGHT_OF[word]!) : [...text.replaceAll('-', '')];
  const isGood =
    letters.every((letter) => (LETTERS as readonly string[]).includes(letter)) && /^[rwm-]{1,3}$|,|^(read|write|manage)$/.test(text);
  if (!isGood) throw CliError.usage(`"${text}" are no rights`, 'Expected some of r, w and m, such as rw or --m; --- takes all away.');
  return LETTERS.map((letter) => (letters.includes(letter) ? letter : '-')).join('');
}

/** `rw-` from the names of rights. */
export function rightsText(rights: readonly string[]): string {
  return LETTERS.map((letter) => (rights.some((right) => RIGHT_OF[right] === letter) ? letter : '-')).join('');
}
