import { describeIssues, type Timeline, timelineSchema } from '@hercules/metadata';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../context.ts';
import { formatDuration, parseDuration } from '../output/duration.ts';
import { renderTable } from '../output/table.ts';
import { action, collect } from './action.ts';
import { commaList } from './comma-list.ts';
import { confirm } from './confirm.ts';
import { parseFilters } from './filter-option.ts';
import { wholeNumber } from './whole-number.ts';

interface CreateOptions {
  readonly streams: string;
  readonly slices: string;
  readonly timetrap: string;
  readonly ttl: string;
  readonly shardingKey?: string;
  readonly description?: string;
  readonly filter?: readonly string[];
}

/** `hercules timeline …` */
export function addTimelineCommands(program: Command, environment: Environment): void {
  const timeline = program.command('timeline').description('Timelines: events of streams in Cassandra, in the order of their time');

  timeline
    .command('create <name>')
    .description('Create a timeline and its table')
    .requiredOption('--streams <names>', 'streams that it stores, by commas')
    .option('--slices <count>', 'storage shards', '3')
    .option('--timetrap <duration>', 'width of a bucket of time', '1m')
    .option('--ttl <duration>', 'how long events are kept', '7d')
    .option('--sharding-key <paths>', 'paths of tags, by commas, that decide the slice')
    .option('--description <text>', 'what it is for')
    .option('--filter <filter>', 'path=value or JSON; may repeat', collect)
    .action(
      action<CreateOptions>(environment, async ({ management, output }, [name], options) => {
        const document = timelineOf(name!, options);
        await management.createTimeline(document);
        output.result(document, () => `Timeline ${name} is created.`);
      }),
    );

  timeline
    .command('list')
    .description('Names of all timelines')
    .action(
      action(environment, async ({ management, output }) => {
        const names = await management.timelines();
        output.result(names, () => names.join('\n') || 'There are no timelines.');
      }),
    );

  timeline
    .command('info <name>')
    .description('All about a timeline')
    .action(
      action(environment, async ({ management, output }, [name]) => {
        const found = await management.timeline(name!);
        output.result(found, () => describeTimeline(found));
      }),
    );

  timeline
    .command('delete <name>')
    .description('Delete a timeline and all that its table holds')
    .option('-y, --yes', 'do not ask')
    .action(
      action<{ yes?: boolean }>(environment, async (context, [name], { yes }) => {
        await confirm(context, `Delete timeline ${name} with all that it holds?`, yes);
        await context.management.deleteTimeline(name!);
        context.output.result({ deleted: name }, () => `Timeline ${name} is deleted.`);
      }),
    );

  timeline
    .command('ttl <name> <duration>')
    .description('Change how long events are kept')
    .action(
      action(environment, async ({ management, output }, [name, duration]) => {
        const ttl = parseDuration(duration!);
        await management.changeTimelineTtl(name!, ttl);
        output.result({ name, ttl }, () => `Timeline ${name} keeps events for ${formatDuration(ttl)}.`);
      }),
    );
}

function timelineOf(name: string, options: CreateOptions): Timeline {
  const document = {
    name,
    slices: wholeNumber(options.slices, '--slices'),
    shardingKey: commaList(options.shardingKey),
    ttl: parseDuration(options.ttl),
    timetrapSize: parseDuration(options.timetrap),
    streams: commaList(options.streams),
    filters: parseFilters(options.filter),
    ...(options.description === undefined ? {} : { description: options.description }),
  };
  const result = timelineSchema.safeParse(document);
  if (!result.success) throw CliError.usage(`The timeline is wrong: ${describeIssues(result.error, document)}`);
  return result.data;
}

function describeTimeline(timeline: Timeline): string {
  return renderTable(
    ['setting', 'value'],
    [
      ['name', timeline.name],
      ['streams', timeline.streams.join(', ')],
      ['slices', String(timeline.slices)],
      ['timetrap', formatDuration(timeline.timetrapSize)],
      ['ttl', formatDuration(timeline.ttl)],
      ['sharding key', timeline.shardingKey.join(', ') || '(none: random)'],
      ['filters', JSON.stringify(timeline.filters)],
      ['description', timeline.description ?? ''],
    ],
  );
}
