import { randomBytes } from 'node:crypto';
import { RULE_PATTERN } from '@hercules/metadata';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { CliContext, Environment } from '../context.ts';
import { action, collect } from './action.ts';
import { confirm } from './confirm.ts';
import { type Grant, grantsOf } from './grants.ts';
import { keyArgument, shownKey } from './key-argument.ts';
import { parseRights } from './rights.ts';

interface ListedKey {
  readonly key: string;
  readonly isBlocked: boolean;
  readonly rules: readonly { readonly pattern: string; readonly rights: string }[];
}

/** `hercules key …` */
export function addKeyCommands(program: Command, environment: Environment): void {
  const key = program.command('key').description('API keys: who sends and reads');

  key
    .command('create <name>')
    .description('Make a key, set its rules and show it, once')
    .requiredOption('--rule <pattern=rights>', 'such as logs_*=rw; may repeat', collect)
    .action(
      action<{ rule: string[] }>(environment, async ({ management, output }, [name], options) => {
        if (!/^[a-z0-9_]+$/.test(name!)) throw CliError.usage(`"${name}" is no name of a key: expected a–z, 0–9 and _`);
        const rules = options.rule.map(parseRule);
        const plain = `${name}_${randomBytes(16).toString('hex')}`;
        const listed = shownKey(plain);
        // By its digest: the key itself never goes to where it could be logged.
        for (const { pattern, rights } of rules) await management.setRule(listed, pattern, rights);
        output.result({ key: plain, listed, rules }, () => plain);
        output.note('This is the only time that the key is shown: nobody else knows it.');
      }),
    );

  key
    .command('list')
    .description('Keys that have rules or are blocked, by prefix and digest')
    .action(
      action(environment, async ({ management, output }) => {
        const keys = listKeys(grantsOf(await management.rules()), await management.blacklist());
        output.table(
          keys,
          ['key', 'state', 'rules'],
          keys.map(({ key, isBlocked, rules }) => [
            key,
            isBlocked ? 'blocked' : 'active',
            rules.map(({ pattern, rights }) => `${pattern}=${rights}`).join(' '),
          ]),
        );
      }),
    );

  key
    .command('revoke <key>')
    .description('Remove all rules of a key: it is unknown from then on (401)')
    .option('--block', 'block it too, so that rules set later give nothing back')
    .option('-y, --yes', 'do not ask')
    .action(
      action<{ block?: boolean; yes?: boolean }>(environment, async (context, [text], { block, yes }) => {
        const listed = await findKey(context, text!);
        const grants = grantsOf(await context.management.rules()).filter((grant) => grant.key === listed);
        if (grants.length === 0 && block !== true) throw new CliError(`${listed} has no rules`, { hint: 'See hercules key list.' });
        await confirm(context, `Remove ${grants.length} rules of ${listed}?`, yes);
        // Blocked first, so that there is no moment in which only some of its rules are gone.
        if (block === true) await context.management.block(listed);
        for (const { pattern } of grants) await context.management.setRule(listed, pattern, '---');
        context.output.result(
          { key: listed, removedRules: grants.length, isBlocked: block === true },
          () => `${listed} is revoked: ${grants.length} rules removed${block === true ? ', blocked' : ''}.`,
        );
      }),
    );

  key
    .command('block <key>')
    .description('Deny every right to a key, whatever its rules say')
    .action(
      action(environment, async (context, [text]) => {
        const listed = await findKey(context, text!);
        await context.management.block(listed);
        context.output.result({ key: listed, isBlocked: true }, () => `${listed} is blocked.`);
      }),
    );

  key
    .command('unblock <key>')
    .description('Give a blocked key the rights of its rules back')
    .action(
      action(environment, async (context, [text]) => {
        const listed = await findKey(context, text!);
        await context.management.unblock(listed);
        context.output.result({ key: listed, isBlocked: false }, () => `${listed} is not blocked.`);
      }),
    );
}

/** Besides the forms of {@link keyArgument}: the name a key was created with, if it is the only one of that name. */
async function findKey(context: CliContext, text: string): Promise<string> {
  if (!/^[a-z0-9_]+$/.test(text) || /[0-9a-f]{32}$/.test(text)) return keyArgument(context, text);
  const known = [...(await context.management.rules()).map(({ key }) => key), ...(await context.management.blacklist())];
  const found = [...new Set(known)].filter((key) => key.startsWith(`${text}_~`));
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new CliError(`No key is named ${text}`, { hint: 'See hercules key list.' });
  throw CliError.usage(`${found.length} keys are named ${text}`, `Say which: ${found.join(', ')}`);
}

function listKeys(grants: readonly Grant[], blocked: readonly string[]): ListedKey[] {
  const names = [...new Set([...grants.map(({ key }) => key), ...blocked])].sort();
  return names.map((key) => ({
    key,
    isBlocked: blocked.includes(key),
    rules: grants.filter((grant) => grant.key === key).map(({ pattern, rights }) => ({ pattern, rights })),
  }));
}

function parseRule(text: string): { pattern: string; rights: string } {
  const at = text.indexOf('=');
  const pattern = text.slice(0, Math.max(at, 0));
  if (!RULE_PATTERN.test(pattern)) throw CliError.usage(`--rule is "${text}": expected pattern=rights, such as logs_*=rw`);
  return { pattern, rights: parseRights(text.slice(at + 1)) };
}
