import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../context.ts';
import { formatMeasured } from '../output/duration.ts';
import { placeSpans, type Span, spanOf } from '../traces/span-tree.ts';
import { drawWaterfall } from '../traces/waterfall.ts';
import { action } from './action.ts';

/** `hercules trace` */
export function addTraceCommand(program: Command, environment: Environment): void {
  program
    .command('trace <id>')
    .description('Draw a trace as a waterfall; the id is a UUID or 32 (or 16) hex digits')
    .action(
      action(environment, async ({ query, output, signal }, [id]) => {
        const traceId = traceIdOf(id!);
        const spans = placeSpans((await query.trace(traceId, signal)).map(spanOf).filter((span): span is Span => span !== undefined));
        if (spans.length === 0)
          throw new CliError(`There is no trace ${traceId}`, {
            hint: 'Spans take a moment from the gateway to Cassandra; hercules top shows the lag.',
          });
        const begin = spans.reduce((least, { beginUs }) => Math.min(least, beginUs), Infinity);
        const end = spans.reduce((most, { beginUs, durationUs }) => Math.max(most, beginUs + durationUs), 0);
        const summary = {
          traceId,
          durationUs: end - begin,
          services: [...new Set(spans.map(({ service }) => service))].sort(),
          errors: spans.filter(({ isError }) => isError).length,
          spans,
        };
        output.result(summary, () =>
          [
            `trace ${traceId}  ${new Date(begin / 1000).toISOString()}  ${formatMeasured(summary.durationUs)}  ${spans.length} spans  ${summary.services.length} services  ${summary.errors} errors`,
            drawWaterfall(spans, output.columns),
          ].join('\n'),
        );
      }),
    );
}

/** 64-bit ids, as Zipkin shows them, stand in the lower half. @throws CliError usage */
function traceIdOf(text: string): string {
  const hex = text.replaceAll('-', '').toLowerCase();
  if (!/^([0-9a-f]{16}|[0-9a-f]{32})$/.test(hex))
    throw CliError.usage(`"${text}" is no id of a trace`, 'Expected a UUID, or 32 or 16 hex digits.');
  const full = hex.padStart(32, '0');
  return [full.slice(0, 8), full.slice(8, 12), full.slice(12, 16), full.slice(16, 20), full.slice(20)].join('-');
}
