import type { Command } from 'commander';
import type { CliContext, Environment } from '../context.ts';
import { eventLine } from '../events/event-line.ts';
import { action, collect } from './action.ts';
import { untilStopped } from './until-stopped.ts';
import { wholeNumber } from './whole-number.ts';

interface Selection {
  readonly filter?: readonly string[];
  readonly sample?: string;
}

interface ReadOptions extends Selection {
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
}

/** `hercules read` and `hercules tail` */
export function addReadCommands(program: Command, environment: Environment): void {
  const withSelection = (command: Command): Command =>
    command
      .option('--filter <filter>', 'path=value or JSON; may repeat, all must hold', collect)
      .option('--sample <share>', 'share of the events, from 0 to 1; the same ones each time');

  withSelection(program.command('read <stream>'))
    .description('Events of a stream by the time at which they arrived')
    .option('--from <time>', 'ISO 8601, ms since 1970, or back from now such as -15m', '-15m')
    .option('--to <time>', 'end; what is there now if left out')
    .option('--limit <count>', 'most events', '1000')
    .action(
      action<ReadOptions>(environment, async (context, [stream], { filter = [], sample, from, to, limit }) => {
        const { query, signal } = context;
        const asked = { filters: filter, sample, from, to, limit: wholeNumber(limit, '--limit') };
        const lines = query.events(stream!, asked, signal);
        let item = await lines.next();
        for (; item.done !== true; item = await lines.next()) show(context, item.value);
        if (!item.value.complete) context.output.note(`There are more: --limit ${limit} ended it.`);
      }),
    );

  withSelection(program.command('tail <stream>').alias('tap'))
    .description('Follow a stream from now on, until Ctrl-C')
    .option('--count <events>', 'end after so many events')
    .action(
      action<Selection & { count?: string }>(environment, async (context, [stream], { filter = [], sample, count }) => {
        const { query, signal, output } = context;
        const most = count === undefined ? Infinity : wholeNumber(count, '--count');
        let shown = 0;
        await untilStopped(signal, async () => {
          for await (const item of query.tail(stream!, { filters: filter, sample }, signal)) {
            if ('dropped' in item) {
              if (output.isJson) output.line(JSON.stringify(item));
              else output.note(`${item.dropped} events were too fast and are left out`);
              continue;
            }
            show(context, item.document);
            if (++shown >= most) return;
          }
        });
      }),
    );
}

function show({ output }: CliContext, json: string): void {
  output.line(output.isJson ? json : eventLine(json));
}
