import { describeIssues, type Stream, streamSchema } from '@hercules/metadata';
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
  readonly partitions: string;
  readonly ttl: string;
  readonly shardingKey?: string;
  readonly description?: string;
  readonly from?: string;
  readonly filter?: readonly string[];
  readonly split?: string;
  readonly splitKeys?: string;
  readonly splitWeight?: string;
  readonly splitAlgorithm?: string;
}

/** `hercules stream …` */
export function addStreamCommands(program: Command, environment: Environment): void {
  const stream = program.command('stream').description('Streams: what events are sent to and read from');

  stream
    .command('create <name>')
    .description('Create a stream and its topic')
    .option('--partitions <count>', 'partitions of its topic, 1 to 99', '3')
    .option('--ttl <duration>', 'how long events are kept', '7d')
    .option('--sharding-key <paths>', 'paths of tags, by commas, that decide the partition')
    .option('--description <text>', 'what it is for')
    .option('--from <streams>', 'make it a derived stream, filled from these (by commas)')
    .option('--filter <filter>', 'of a derived stream: path=value or JSON; may repeat', collect)
    .option('--split <group/node>', 'make the derived stream one of the outputs of a splitter')
    .option('--split-keys <tags>', 'tags, by commas, whose values decide on the output')
    .option('--split-weight <weight>', 'share of this output (1 unless said otherwise)')
    .option('--split-algorithm <name>', 'hash of the tags (xxhash32 unless said otherwise)')
    .action(
      action<CreateOptions>(environment, async ({ management, output }, [name], options) => {
        const document = streamOf(name!, options);
        await management.createStream(document);
        output.result(document, () => `Stream ${name} is created.`);
      }),
    );

  stream
    .command('list')
    .description('Names of all streams')
    .action(
      action(environment, async ({ management, output }) => {
        const names = await management.streams();
        output.result(names, () => names.join('\n') || 'There are no streams.');
      }),
    );

  stream
    .command('info <name>')
    .description('All about a stream')
    .action(
      action(environment, async ({ management, output }, [name]) => {
        const found = await management.stream(name!);
        output.result(found, () => describeStream(found));
      }),
    );

  stream
    .command('delete <name>')
    .description('Delete a stream, its topic and all its events')
    .option('-y, --yes', 'do not ask')
    .action(
      action<{ yes?: boolean }>(environment, async (context, [name], { yes }) => {
        await confirm(context, `Delete stream ${name} with all its events?`, yes);
        await context.management.deleteStream(name!);
        context.output.result({ deleted: name }, () => `Stream ${name} is deleted.`);
      }),
    );

  stream
    .command('ttl <name> <duration>')
    .description('Change how long events are kept')
    .action(
      action(environment, async ({ management, output }, [name, duration]) => {
        const ttl = parseDuration(duration!);
        await management.changeStreamTtl(name!, ttl);
        output.result({ name, ttl }, () => `Stream ${name} keeps events for ${formatDuration(ttl)}.`);
      }),
    );

  stream
    .command('partitions <name> <count>')
    .description('Increase the number of partitions')
    .action(
      action(environment, async ({ management, output }, [name, count]) => {
        const partitions = wholeNumber(count!, 'count');
        await management.increasePartitions(name!, partitions);
        output.result({ name, partitions }, () => `Stream ${name} has ${partitions} partitions.`);
      }),
    );

  stream
    .command('description <name> <text>')
    .description('Change what is said about a stream')
    .action(
      action(environment, async ({ management, output }, [name, description]) => {
        await management.changeStreamDescription(name!, description!);
        output.result({ name, description }, () => `The description of stream ${name} is changed.`);
      }),
    );
}

function streamOf(name: string, options: CreateOptions): Stream {
  const { partitions, ttl, shardingKey, description, from, filter } = options;
  const split = splitOf(options);
  if (from === undefined && filter !== undefined)
    throw CliError.usage('--filter is for derived streams', 'Name their sources with --from.');
  if (from === undefined && split !== undefined) throw CliError.usage('--split is for derived streams', 'Name their sources with --from.');
  const document = {
    type: from === undefined ? 'base' : 'derived',
    name,
    partitions: wholeNumber(partitions, '--partitions'),
    shardingKey: commaList(shardingKey),
    ttl: parseDuration(ttl),
    ...(description === undefined ? {} : { description }),
    ...(from === undefined ? {} : { streams: commaList(from), filters: parseFilters(filter) }),
    ...(split === undefined ? {} : { split }),
  };
  const result = streamSchema.safeParse(document);
  if (!result.success) throw CliError.usage(`The stream is wrong: ${describeIssues(result.error, document)}`);
  return result.data;
}

function splitOf({ split, splitKeys, splitWeight, splitAlgorithm }: CreateOptions): object | undefined {
  if (split === undefined) {
    if (splitKeys === undefined && splitWeight === undefined && splitAlgorithm === undefined) return undefined;
    throw CliError.usage('--split-keys, --split-weight and --split-algorithm go with --split', 'Say --split GROUP/NODE too.');
  }
  const [group, node, ...more] = split.split('/');
  if (node === undefined || more.length > 0) throw CliError.usage(`--split ${split}: expected GROUP/NODE`);
  return {
    group,
    node,
    shardingKeys: commaList(splitKeys),
    ...(splitWeight === undefined ? {} : { weight: Number(splitWeight) }),
    ...(splitAlgorithm === undefined ? {} : { algorithm: splitAlgorithm }),
  };
}

function describeStream(stream: Stream): string {
  const rows: [string, string | number][] = [
    ['name', stream.name],
    ['type', stream.type],
    ['partitions', String(stream.partitions)],
    ['ttl', formatDuration(stream.ttl)],
    ['sharding key', stream.shardingKey.join(', ') || '(none: by event)'],
    ['description', stream.description ?? ''],
  ];
  if (stream.type === 'derived') rows.push(['streams', stream.streams.join(', ')], ['filters', JSON.stringify(stream.filters)]);
  if (stream.type === 'derived' && stream.split) rows.push(['split', JSON.stringify(stream.split)]);
  return renderTable(['setting', 'value'], rows);
}
