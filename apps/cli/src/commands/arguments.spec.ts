import { Readable } from 'node:stream';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { parseFilters } from './filter-option.ts';
import { grantsOf } from './grants.ts';
import { keyArgument, shownKey } from './key-argument.ts';
import { parseRights } from './rights.ts';

const KEY = `shop_${'0123456789abcdef'.repeat(2)}`;
const LISTED = shownKey(KEY);

it.each([
  ['rw', 'rw-'],
  ['r--', 'r--'],
  ['--m', '--m'],
  ['wr', 'rw-'],
  ['---', '---'],
  ['read,manage', 'r-m'],
  ['write', '-w-'],
])('rights %s are %s', (text, rights) => expect(parseRights(text)).toBe(rights));

it.each(['', 'x', 'rwx', 'rwm-', 'read,x', 'all'])('%j are no rights', (text) => expect(() => parseRights(text)).toThrow(CliError));

it.each([
  ['itself', KEY, {}, ''],
  ['as listed', LISTED, {}, ''],
  ['a variable', 'env:SHOP_KEY', { SHOP_KEY: KEY }, ''],
  ['standard input', '-', {}, `${KEY}\n`],
])('a key may be given as %s', async (_how, text, env, input) => {
  const context = { environment: { env, stdin: Readable.from([input]) } } as unknown as CliContext;
  expect(await keyArgument(context, text)).toBe(LISTED);
});

it('a bad key is not repeated in the error', () => {
  const almost = KEY.slice(0, -1);
  const told = (): unknown => {
    try {
      return shownKey(almost);
    } catch (error) {
      return error;
    }
  };
  expect(told()).toBeInstanceOf(CliError);
  expect(`${(told() as CliError).message} ${(told() as CliError).hint}`).not.toContain(almost);
});

it('filters are path=value or JSON with exact integers', () => {
  expect(parseFilters(['level=Error', '[{"path":"n","condition":{"type":"numerical_equality","value":9223372036854775807}}]'])).toEqual([
    { path: 'level', condition: { type: 'string_equality', value: 'Error' } },
    { path: 'n', condition: { type: 'numerical_equality', value: 9223372036854775807n } },
  ]);
  for (const bad of ['level', '=x', '{"path":1}', '[{]']) expect(() => parseFilters([bad])).toThrow(CliError);
});

it('rules of one key and pattern are one grant', () => {
  const rules = ['write', 'read'].map((right) => ({ key: LISTED, pattern: 'logs_*', right }));
  expect(grantsOf([...rules, { key: LISTED, pattern: 'x', right: 'manage' }])).toEqual([
    { key: LISTED, pattern: 'logs_*', rights: 'rw-' },
    { key: LISTED, pattern: 'x', rights: '--m' },
  ]);
});
