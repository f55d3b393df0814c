import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { CliContext, Environment } from '../context.ts';
import { type AppFigures, figuresOf, rateOf } from '../metrics/app-figures.ts';
import { parseMetrics } from '../metrics/metrics-text.ts';
import { parseDuration } from '../output/duration.ts';
import { renderTable } from '../output/table.ts';
import { action } from './action.ts';
import { untilStopped } from './until-stopped.ts';

interface TopOptions {
  readonly once?: boolean;
  readonly interval: string;
}

interface Look {
  /** ms since 1970 */
  readonly at: number;
  readonly apps: readonly AppFigures[];
}

const CLEAR = '\u001b[H\u001b[2J';

/** `hercules top` */
export function addTopCommand(program: Command, environment: Environment): void {
  program
    .command('top')
    .description('Rates, errors and lag of the apps, and lag by stream, live')
    .option('--once', 'show it once, after one interval')
    .option('--interval <duration>', 'between two looks', '2s')
    .action(
      action<TopOptions>(environment, async (context, _args, { once, interval }) => {
        const { output, clock, signal } = context;
        const waitMs = parseDuration(interval);
        if (context.apps.length === 0)
          throw CliError.usage('No app is known', 'Name managementApi, gateway, queryApi or sinks in the settings.');
        await untilStopped(signal, async () => {
          let before = await look(context);
          for (;;) {
            await clock.sleep(waitMs, signal);
            const now = await look(context);
            const seen = compare(before, now);
            if (output.isJson || once === true) output.result(seen, () => topText(seen));
            else output.line(`${CLEAR}${topText(seen)}`);
            if (once === true) return;
            before = now;
          }
        });
      }),
    );
}

async function look({ apps, clock, signal }: CliContext): Promise<Look> {
  const figures = await Promise.all(
    apps.map(async (app): Promise<AppFigures> => {
      try {
        return figuresOf(app.name, parseMetrics(await (await app.call('GET', '/metrics', { signal, timeoutMs: 5000 })).text()));
      } catch (error) {
        if (error instanceof CliError) return { app: app.name, isUp: false };
        throw error;
      }
    }),
  );
  return { at: clock.now(), apps: figures };
}

interface Seen {
  readonly at: string;
  readonly apps: readonly {
    app: string;
    isUp: boolean;
    inputPerSecond: number | null;
    outputPerSecond: number | null;
    errorsPerSecond: number | null;
    deadLetters: number | null;
    lag: number | null;
  }[];
  readonly streams: readonly { stream: string; sink: string; lag: number }[];
}

function compare(before: Look, now: Look): Seen {
  const seconds = (now.at - before.at) / 1000;
  return {
    at: new Date(now.at).toISOString(),
    apps: now.apps.map((app, index) => {
      const past = before.apps[index]!;
      return {
        app: app.app,
        isUp: app.isUp,
        inputPerSecond: rateOf(past.inputEvents, app.inputEvents, seconds) ?? null,
        outputPerSecond: rateOf(past.outputEvents, app.outputEvents, seconds) ?? null,
        errorsPerSecond: rateOf(past.errors, app.errors, seconds) ?? null,
        deadLetters: app.deadLetters ?? null,
        lag: app.lag ?? null,
      };
    }),
    streams: now.apps
      .flatMap(({ app, lagByTopic = {} }) => Object.entries(lagByTopic).map(([stream, lag]) => ({ stream, sink: app, lag })))
      .sort((a, b) => b.lag - a.lag || (a.stream < b.stream ? -1 : 1)),
  };
}

function topText({ at, apps, streams }: Seen): string {
  const rate = (value: number | null): string => (value === null ? '-' : value.toFixed(1));
  const appTable = renderTable(
    ['app', 'state', 'in/s', 'out/s', 'errors/s', 'dead letters', 'lag'],
    apps.map((app) => [
      app.app,
      app.isUp ? 'up' : 'DOWN',
      rate(app.inputPerSecond),
      rate(app.outputPerSecond),
      rate(app.errorsPerSecond),
      app.deadLetters ?? '-',
      app.lag ?? '-',
    ]),
  );
  const streamTable = renderTable(
    ['stream', 'sink', 'lag'],
    streams.map(({ stream, sink, lag }) => [stream, sink, lag]),
  );
  return [at, appTable, ...(streams.length === 0 ? [] : ['', streamTable])].join('\n');
}
