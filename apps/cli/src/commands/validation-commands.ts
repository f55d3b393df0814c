import { stringifyJson } from '@hercules/metadata';
import type { Command } from 'commander';
import type { Environment } from '../context.ts';
import { action, collect } from './action.ts';
import { parseFilters } from './filter-option.ts';
import { keyArgument } from './key-argument.ts';

/** `hercules validation …` */
export function addValidationCommands(program: Command, environment: Environment): void {
  const validation = program.command('validation').description('Validations: events of a key that fail a filter are not taken');

  validation
    .command('set <key> <stream>')
    .description('Set the filters that events of a key must pass; replaces those there are')
    .requiredOption('--filter <filter>', 'path=value or JSON; may repeat, all must hold', collect)
    .action(
      action<{ filter: string[] }>(environment, async (context, [keyText, stream], options) => {
        const filters = parseFilters(options.filter);
        const key = await keyArgument(context, keyText!);
        await context.management.setValidation(key, stream!, filters);
        context.output.result({ key, stream, filters }, () => `${filters.length} filters for ${key} on ${stream}.`);
      }),
    );

  validation
    .command('delete <key> <stream>')
    .description('Take the validation of a key and stream away')
    .action(
      action(environment, async (context, [keyText, stream]) => {
        const key = await keyArgument(context, keyText!);
        await context.management.setValidation(key, stream!, []);
        context.output.result({ key, stream, filters: [] }, () => `No validation for ${key} on ${stream}.`);
      }),
    );

  validation
    .command('list')
    .description('All validations')
    .action(
      action(environment, async ({ management, output }) => {
        const all = await management.validations();
        output.table(
          all,
          ['key', 'stream', 'filters'],
          all.map(({ key, stream, filters }) => [key, stream, stringifyJson(filters)]),
        );
      }),
    );
}
