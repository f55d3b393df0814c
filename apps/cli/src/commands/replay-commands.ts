import type { Command } from 'commander';
import type { ReplayRequest, ShownReplay } from '../api/management-client.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext, Environment } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { describeReplay, isOver, progressLine, targetText } from '../replays/replay-text.ts';
import { watchReplay } from '../replays/watch-replay.ts';
import { action, collect } from './action.ts';
import { parseFilters } from './filter-option.ts';
import { untilStopped } from './until-stopped.ts';
import { wholeNumber } from './whole-number.ts';

const WHOLE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface StartOptions {
  readonly from: string;
  readonly to?: string;
  readonly sink?: string;
  readonly timeline?: string;
  readonly stream?: string;
  readonly suffix?: string;
  readonly filter?: readonly string[];
  readonly eventsPerSecond?: string;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
}

/** `hercules replay …` */
export function addReplayCommands(program: Command, environment: Environment): void {
  const replay = program
    .command('replay')
    .description('Replays: what a stream still keeps, once more into a sink, a timeline or another stream');

  replay
    .command('start <stream>')
    .description('Start a replay of a range of time, by arrival')
    .requiredOption('--from <time>', 'ISO 8601, ms since 1970, or back from now such as -1h')
    .option('--to <time>', 'end; now if left out')
    .option('--sink <name>', 'through this sink, such as elastic-sink')
    .option('--timeline <name>', 'into this timeline')
    .option('--stream <name>', 'into this stream')
    .option('--suffix <suffix>', 'into indexes or tables of their own, whose names end in this')
    .option('--filter <filter>', 'path=value or JSON; may repeat, all must hold', collect)
    .option('--events-per-second <count>', 'no faster than this')
    .option('--dry-run', 'count what would be replayed; write nothing')
    .option('--watch', 'show how far it is until it has ended')
    .action(
      action<StartOptions>(environment, async (context, [stream], options) => {
        const { management, output } = context;
        const answer = await management.startReplay(requestOf(stream!, options));
        if (!('id' in answer)) {
          output.result(answer, () => `${answer.records} records lie in the range; nothing is written.`);
          return;
        }
        if (options.watch === true || options.dryRun === true) {
          output.note(`Replay ${answer.id}`);
          await watch(context, answer);
          return;
        }
        output.result(answer, () => `Replay ${answer.id} is started: hercules replay show ${answer.id} --watch`);
      }),
    );

  replay
    .command('list')
    .description('The newest 1000 replays, the oldest first')
    .action(
      action(environment, async ({ management, output }) => {
        const all = await management.replays();
        output.table(
          all,
          ['id', 'state', '%', 'stream', 'into', 'started'],
          all.map((shown) => [
            shown.id,
            shown.state,
            shown.percent ?? '',
            shown.stream,
            targetText(shown),
            new Date(shown.createdAt).toISOString(),
          ]),
        );
      }),
    );

  replay
    .command('show <id>')
    .description('One replay; the beginning of its id is enough')
    .option('--watch', 'show how far it is until it has ended')
    .action(
      action<{ watch?: boolean }>(environment, async (context, [id], options) => {
        const found = await find(context, id!);
        if (options.watch === true) await watch(context, found);
        else context.output.result(found, () => renderTable(['replay', found.id], describeReplay(found)));
      }),
    );

  for (const [name, wanted, description] of [
    ['pause', 'will rest', 'Let a replay rest'],
    ['resume', 'goes on', 'Go on with a replay that rests'],
    ['cancel', 'will end', 'End a replay for good; what it has written stays'],
  ] as const)
    replay
      .command(`${name} <id>`)
      .description(description)
      .action(
        action(environment, async (context, [id]) => {
          const { management, output } = context;
          const changed = await management.changeReplay((await find(context, id!)).id, name);
          output.result(changed, () => `Replay ${changed.id} ${wanted}.`);
        }),
      );
}

function requestOf(stream: string, options: StartOptions): ReplayRequest {
  const { from, to, suffix, filter, eventsPerSecond, dryRun } = options;
  return {
    stream,
    from,
    ...(to === undefined ? {} : { to }),
    filters: parseFilters(filter),
    target: { ...targetOf(options), ...(suffix === undefined ? {} : { suffix }) },
    ...(eventsPerSecond === undefined ? {} : { eventsPerSecond: wholeNumber(eventsPerSecond, '--events-per-second') }),
    dryRun: dryRun === true,
  };
}

function targetOf({ sink, timeline, stream, suffix }: StartOptions): ReplayRequest['target'] {
  if ([sink, timeline, stream].filter((target) => target !== undefined).length !== 1)
    throw CliError.usage('A replay needs one of --sink, --timeline and --stream', 'Such as --sink elastic-sink --suffix again.');
  if (sink !== undefined) return { type: 'sink', sink };
  if (timeline !== undefined) return { type: 'timeline', timeline };
  if (suffix !== undefined) throw CliError.usage('--suffix is for indexes and tables: a stream has its own name');
  return { type: 'stream', stream: stream! };
}

/** @throws CliError when there is none, or several */
async function find({ management }: CliContext, id: string): Promise<ShownReplay> {
  // A whole id finds one that is too old for the list, too.
  if (WHOLE_ID.test(id)) return management.replay(id);
  const found = (await management.replays()).filter((replay) => replay.id.startsWith(id));
  if (found.length === 1) return found[0]!;
  const what = found.length === 0 ? 'No replay has' : `${found.length} replays have`;
  throw new CliError(`${what} an id that begins with "${id}"`, { hint: 'See hercules replay list.' });
}

async function watch(context: CliContext, from: ShownReplay): Promise<void> {
  const { management, output, clock, signal } = context;
  let last = from;
  await untilStopped(signal, async () => {
    for await (const shown of watchReplay(from, () => management.replay(from.id), { clock, signal })) {
      last = shown;
      output.result(shown, () => progressLine(shown));
    }
  });
  if (isOver(last) && last.state !== 'done')
    throw new CliError(`The replay ${last.id} is ${last.state}${last.progress?.error === undefined ? '' : `: ${last.progress.error}`}`);
}
