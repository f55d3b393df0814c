import type { Command } from 'commander';
import type { Environment } from '../context.ts';
import { action } from './action.ts';
import { grantsOf } from './grants.ts';
import { keyArgument } from './key-argument.ts';
import { parseRights } from './rights.ts';

const KEY = 'The key: itself, as lists show it, env:NAME, or - for standard input';

/** `hercules rule …` */
export function addRuleCommands(program: Command, environment: Environment): void {
  const rule = program.command('rule').description('Rules: what a key may do with which streams and timelines');

  rule
    .command('set')
    .argument('<key>', KEY)
    .argument('<pattern>', 'names: * is any run of characters, ? exactly one')
    .argument('<rights>', 'some of r, w and m; the others are taken away')
    .description('Set the rights of a key on the names that a pattern covers')
    .action(
      action(environment, async (context, [keyText, pattern, rightsText]) => {
        const rights = parseRights(rightsText!);
        const key = await keyArgument(context, keyText!);
        await context.management.setRule(key, pattern!, rights);
        context.output.result({ key, pattern, rights }, () => `${key} has ${rights} on ${pattern}.`);
      }),
    );

  rule
    .command('remove')
    .argument('<key>', KEY)
    .argument('<pattern>', 'the pattern of the rule')
    .description('Take all rights of a key on a pattern away')
    .action(
      action(environment, async (context, [keyText, pattern]) => {
        const key = await keyArgument(context, keyText!);
        await context.management.setRule(key, pattern!, '---');
        context.output.result({ key, pattern, rights: '---' }, () => `${key} has no rule for ${pattern}.`);
      }),
    );

  rule
    .command('list')
    .description('All rules')
    .option('--key <prefix>', 'only of keys that begin like this')
    .action(
      action<{ key?: string }>(environment, async ({ management, output }, _args, { key: prefix = '' }) => {
        const grants = grantsOf(await management.rules()).filter(({ key }) => key.startsWith(prefix));
        output.table(
          grants,
          ['key', 'pattern', 'rights'],
          grants.map(({ key, pattern, rights }) => [key, pattern, rights]),
        );
      }),
    );
}
