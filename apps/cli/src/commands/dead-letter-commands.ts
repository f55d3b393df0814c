import { DocumentFormatter, parseMapping, readEvent } from '@hercules/protocol';
import type { Command } from 'commander';
import { batchOf } from '../api/gateway-client.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext, Environment } from '../context.ts';
import { type DeadLetter, deadLetterSummary, readDeadLetter } from '../events/dead-letter.ts';
import { renderTable } from '../output/table.ts';
import { action, collect } from './action.ts';
import { confirm } from './confirm.ts';
import { wholeNumber } from './whole-number.ts';

interface Selection {
  readonly stream: string;
  readonly from: string;
  readonly limit: string;
  readonly filter?: readonly string[];
}

/** `hercules deadletters …` */
export function addDeadLetterCommands(program: Command, environment: Environment): void {
  const letters = program.command('deadletters').description('Dead letters: events that a sink could not store');
  const withSelection = (command: Command): Command =>
    command
      .option('--stream <name>', 'stream of the dead letters', 'dead_letters')
      .option('--from <time>', 'since when, such as -1d or ISO 8601', '-1d')
      .option('--limit <count>', 'most letters', '100')
      .option('--filter <filter>', 'such as sourceTopic=logs_shop; may repeat', collect);

  withSelection(letters.command('list'))
    .description('What could not be stored, and why')
    .action(
      action<Selection>(environment, async (context, _args, options) => {
        const found = await readLetters(context, options);
        context.output.table(
          found.map(deadLetterSummary),
          ['id', 'at', 'sink', 'source', 'reason', 'error'],
          found.map(({ id, atMs, sink, sourceTopic, sourcePartition, sourceOffset, reason, error }) => [
            id,
            new Date(atMs).toISOString(),
            sink,
            `${sourceTopic}/${sourcePartition}@${sourceOffset}`,
            reason,
            error.length > 60 ? `${error.slice(0, 59)}…` : error,
          ]),
        );
      }),
    );

  withSelection(letters.command('show <id>'))
    .description('All about a dead letter, with the event it holds')
    .action(
      action<Selection>(environment, async (context, [id], options) => {
        const letter = find(await readLetters(context, options), id!);
        const summary = {
          ...deadLetterSummary(letter),
          original: originalDocument(letter),
          originalBase64: letter.original.toString('base64'),
        };
        context.output.result(summary, () =>
          renderTable(
            ['part', 'value'],
            Object.entries(summary).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
          ),
        );
      }),
    );

  withSelection(letters.command('resend [ids...]'))
    .description('Send the events of dead letters to the streams they came from, with the same ids')
    .option('--all', 'all that the options select')
    .option('-y, --yes', 'do not ask')
    .action(
      action<Selection & { all?: boolean; yes?: boolean }>(environment, async (context, args, options) => {
        const ids = args.filter((id) => id !== undefined);
        if ((ids.length === 0) === (options.all !== true))
          throw CliError.usage('Say which: ids as hercules deadletters list shows them, or --all');
        const read = await readLetters(context, options);
        const chosen = options.all === true ? read : ids.map((id) => find(read, id));
        const whole = chosen.filter(({ originalSize, original }) => originalSize === undefined && original.length > 0);
        const streams = [...new Set(whole.map(({ sourceTopic }) => sourceTopic))].sort();
        if (whole.length > 0) await confirm(context, `Send ${whole.length} events again to ${streams.join(', ')}?`, options.yes);
        const failed: { id: string; reason: string }[] = chosen
          .filter((letter) => !whole.includes(letter))
          .map(({ id }) => ({ id, reason: 'only a part of the event was kept' }));
        let sent = 0;
        for (const { id, sourceTopic, original } of whole) {
          try {
            // One at a time: a gateway refuses a batch as a whole, and one bad event must not hold the others back.
            await context.gateway.send(sourceTopic, batchOf([original]), context.signal);
            sent++;
          } catch (error) {
            if (!(error instanceof CliError)) throw error;
            failed.push({ id, reason: error.message });
          }
        }
        context.output.result({ sent, failed }, () =>
          [`${sent} events are sent again.`, ...failed.map(({ id, reason }) => `${id}: ${reason}`)].join('\n'),
        );
        if (failed.length > 0) throw new CliError(`${failed.length} of ${chosen.length} dead letters were not sent`);
      }),
    );
}

async function readLetters({ query, signal }: CliContext, { stream, from, limit, filter = [] }: Selection): Promise<DeadLetter[]> {
  const asked = { filters: filter, from, limit: wholeNumber(limit, '--limit') };
  try {
    return (await query.eventBytes(stream, asked, signal)).map(readDeadLetter);
  } catch (error) {
    if (!(error instanceof CliError) || error.status !== 404) throw error;
    throw new CliError(`There is no stream ${stream}`, {
      status: 404,
      hint: `Sinks write only its topic. Make it readable: hercules stream create ${stream} --partitions 1 --ttl 14d, and hercules rule set <key> ${stream} r.`,
    });
  }
}

/** By the whole id or its beginning. */
function find(letters: readonly DeadLetter[], id: string): DeadLetter {
  const found = letters.filter((letter) => letter.id.startsWith(id.toLowerCase()));
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new CliError(`No dead letter ${id} among the ${letters.length} that were read`, {
      hint: 'Look further back with --from, or at more with --limit.',
    });
  throw CliError.usage(`${found.length} dead letters begin with ${id}`, 'Give more of the id.');
}

function originalDocument({ original }: DeadLetter): unknown {
  try {
    const formatter = new DocumentFormatter({ mapping: parseMapping('', 'plain') });
    return JSON.parse(formatter.toJson(readEvent(original).event));
  } catch (error) {
    return { error: (error as Error).message };
  }
}
