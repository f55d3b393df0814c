import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../context.ts';
import { action } from './action.ts';
import { keyArgument } from './key-argument.ts';
import { wholeNumber } from './whole-number.ts';

interface QuotaOptions {
  readonly eventsPerSecond?: string;
  readonly bytesPerSecond?: string;
  readonly burstSeconds?: string;
}

/** `hercules quota …` */
export function addQuotaCommands(program: Command, environment: Environment): void {
  const quota = program.command('quota').description('Quotas: how much a key may send to which streams');

  quota
    .command('set <key> <pattern>')
    .description('Limit what a key sends to the streams that a pattern names')
    .option('--events-per-second <count>', 'events a second')
    .option('--bytes-per-second <count>', 'bytes a second')
    .option('--burst-seconds <count>', 'for how long it may have saved up')
    .action(
      action<QuotaOptions>(environment, async (context, [keyText, pattern], { eventsPerSecond, bytesPerSecond, burstSeconds }) => {
        if (eventsPerSecond === undefined && bytesPerSecond === undefined)
          throw CliError.usage('A quota needs --events-per-second or --bytes-per-second');
        const quota = {
          key: await keyArgument(context, keyText!),
          pattern: pattern!,
          ...(eventsPerSecond === undefined ? {} : { eventsPerSecond: wholeNumber(eventsPerSecond, '--events-per-second') }),
          ...(bytesPerSecond === undefined ? {} : { bytesPerSecond: wholeNumber(bytesPerSecond, '--bytes-per-second') }),
          ...(burstSeconds === undefined ? {} : { burstSeconds: wholeNumber(burstSeconds, '--burst-seconds') }),
        };
        await context.management.setQuota(quota);
        context.output.result(quota, () => `The quota of ${quota.key} on ${pattern} is set.`);
      }),
    );

  quota
    .command('delete <key> <pattern>')
    .description('Take a quota away')
    .action(
      action(environment, async (context, [keyText, pattern]) => {
        const key = await keyArgument(context, keyText!);
        await context.management.deleteQuota(key, pattern!);
        context.output.result({ key, pattern }, () => `${key} has no quota on ${pattern}.`);
      }),
    );

  quota
    .command('list')
    .description('All quotas')
    .action(
      action(environment, async ({ management, output }) => {
        const quotas = await management.quotas();
        output.table(
          quotas,
          ['key', 'pattern', 'events/s', 'bytes/s', 'burst s'],
          quotas.map(({ key, pattern, eventsPerSecond, bytesPerSecond, burstSeconds }) => [
            key,
            pattern,
            eventsPerSecond ?? '-',
            bytesPerSecond ?? '-',
            burstSeconds ?? '-',
          ]),
        );
      }),
    );
}
