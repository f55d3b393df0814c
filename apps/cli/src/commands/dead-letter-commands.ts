import { stringifyJson } from '@hercules/metadata';
import type { Command } from 'commander';
import type { DeadLetter, LetterQuery } from '../api/management-client.ts';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { action } from './action.ts';
import { confirm } from './confirm.ts';
import { wholeNumber } from './whole-number.ts';

interface Selection {
  readonly stream?: string;
  readonly from: string;
  readonly to?: string;
  readonly reason?: string;
  readonly sink?: string;
  readonly source?: string;
  readonly limit?: string;
}

/** Letters that one request lists or sends again. */
const PAGE = 500;

/** `hercules deadletters …` */
export function addDeadLetterCommands(program: Command, environment: Environment): void {
  const letters = program.command('deadletters').description('Dead letters: events that a sink could not store');
  const withSelection = (command: Command): Command =>
    command
      .option('--stream <name>', 'stream of the dead letters; the usual one if left out')
      .option('--from <time>', 'written since when, such as -1d or ISO 8601', '-1d')
      .option('--to <time>', 'written before when')
      .option('--reason <reason>', 'with this reason')
      .option('--sink <name>', 'of this sink, such as elastic-sink')
      .option('--source <stream>', 'whose events came from this stream');

  withSelection(letters.command('list'))
    .description('What could not be stored, and why')
    .option('--limit <count>', 'most letters', '100')
    .action(
      action<Selection>(environment, async ({ management, output }, _args, { limit, ...selection }) => {
        const most = wholeNumber(limit!, '--limit');
        const found: DeadLetter[] = [];
        let cursor: string | undefined;
        do {
          const page = await management.deadLetters({ ...selection, limit: Math.min(PAGE, most - found.length), cursor });
          found.push(...page.letters);
          cursor = page.complete ? undefined : (page.next ?? undefined);
        } while (cursor !== undefined && found.length < most);
        output.table(
          found,
          ['id', 'at', 'sink', 'source', 'reason', 'error', 'sent again'],
          found.map(({ id, at, sink, sourceTopic, sourcePartition, sourceOffset, reason, error, resentAt }) => [
            id,
            at,
            sink,
            `${sourceTopic}/${sourcePartition}@${sourceOffset}`,
            reason,
            error.length > 60 ? `${error.slice(0, 59)}…` : error,
            resentAt ?? '-',
          ]),
        );
      }),
    );

  withSelection(letters.command('count'))
    .description('How many there are, by sink, stream and reason')
    .action(
      action<Selection>(environment, async ({ management, output }, _args, selection) => {
        const counts = await management.deadLetterCounts(letterQuery(selection));
        output.result(counts, () =>
          renderTable(
            ['sink', 'source', 'reason', 'letters'],
            [
              ...counts.groups.map(({ sink, source, reason, letters: count }) => [sink, source, reason, String(count)]),
              ['all', '', '', String(counts.total)],
            ],
          ),
        );
      }),
    );

  withSelection(letters.command('show <id>'))
    .description('All about a dead letter, with the event it holds')
    .action(
      action<Selection>(environment, async ({ management, output }, [id], selection) => {
        const letter = await management.deadLetter(id!, letterQuery(selection));
        output.result(letter, () =>
          renderTable(
            ['part', 'value'],
            Object.entries(letter).map(([name, value]) => [
              name,
              value === null ? '-' : typeof value === 'object' ? stringifyJson(value) : String(value),
            ]),
          ),
        );
      }),
    );

  withSelection(letters.command('resend [ids...]'))
    .description('Send the events of dead letters to the streams they came from, with the same ids; once a letter')
    .option('--all', 'all that the options select')
    .option('-y, --yes', 'do not ask')
    .action(
      action<Selection & { all?: boolean; yes?: boolean }>(environment, async (context, args, { all, yes, ...selection }) => {
        const { management, output } = context;
        const ids = args.filter((id) => id !== undefined);
        if ((ids.length === 0) === (all !== true)) throw CliError.usage('Say which: ids as hercules deadletters list shows them, or --all');
        // What fails again is written anew: without an end, it would be sent again for ever.
        const query = letterQuery({ to: String(context.clock.now()), ...selection });
        const question =
          all === true
            ? `Send the events of ${(await management.deadLetterCounts(query)).total} dead letters again?`
            : `Send the events of ${ids.length} dead letters again?`;
        await confirm(context, question, yes);
        let sent = 0;
        const failed: { id: string; reason: string }[] = [];
        let cursor: string | undefined;
        do {
          const report = await management.resendDeadLetters({
            ...query,
            ...(all === true ? { all: '', limit: PAGE, cursor } : { id: ids }),
          });
          sent += report.sent;
          failed.push(...report.failed);
          cursor = report.complete ? undefined : (report.next ?? undefined);
        } while (cursor !== undefined);
        output.result({ sent, failed }, () =>
          [`${sent} events are sent again.`, ...failed.map(({ id, reason }) => `${id}: ${reason}`)].join('\n'),
        );
        if (failed.length > 0) throw new CliError(`${failed.length} of ${sent + failed.length} dead letters were not sent`);
      }),
    );
}

function letterQuery({ stream, from, to, reason, sink, source }: Selection): LetterQuery {
  return { stream, from, to, reason, sink, source };
}
