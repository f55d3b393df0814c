import type { Command } from 'commander';
import type { StreamAudit } from '../api/management-client.ts';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { action } from './action.ts';
import { wholeNumber } from './whole-number.ts';

interface AuditOptions {
  readonly from: string;
  readonly to?: string;
  readonly lateAfter: string;
  readonly byEventTime?: boolean;
  readonly check?: boolean;
}

/** `hercules audit <stream>` */
export function addAuditCommand(program: Command, environment: Environment): void {
  program
    .command('audit <stream>')
    .description('Compare what gateways, topic and sinks have of each minute, and name the gaps')
    .option('--from <time>', 'begin, by time of arrival, such as -1h or ISO 8601', '-15m')
    .option('--to <time>', 'end; now if left out')
    .option('--late-after <minutes>', 'an event is late when it comes so long after it happened', '5')
    .option('--by-event-time', 'the minutes in which the events happened')
    .option('--check', 'end with 1 if anything of the minutes that are over is missing, unknown or pending')
    .action(
      action<AuditOptions>(environment, async ({ management, output }, [stream], { from, to, lateAfter, byEventTime, check }) => {
        const audit = await management.audit(stream!, { from, to, lateAfterMinutes: wholeNumber(lateAfter, '--late-after') });
        output.result(audit, () => (byEventTime === true ? eventTable(audit) : arrivalTable(audit)));
        if (check === true && !audit.isComplete)
          throw new CliError(`${stream} is not delivered completely between ${audit.from} and ${audit.to}`);
      }),
    );
}

function arrivalTable({ minutes, gaps }: StreamAudit): string {
  const groups = minutes[0]?.sinks.map(({ group }) => group) ?? [];
  const rows = minutes
    .filter(({ gateway, topic, gaps: named }) => gateway.acknowledged + gateway.unconfirmed + topic.records + named.length > 0)
    .map(({ minute, isOpen, gateway, topic, sinks, gaps: named }) => [
      shownMinute(minute),
      String(gateway.acknowledged),
      String(topic.records),
      ...sinks.map(
        ({ written, filtered, deadLettered }) =>
          `${written}${filtered > 0 ? ` +${filtered} filtered` : ''}${deadLettered > 0 ? ` +${deadLettered} dead` : ''}`,
      ),
      [...named.map(({ kind, events }) => `${kind.replace('_', '-')} ${events}`), ...(isOpen ? ['(open)'] : [])].join(', '),
    ]);
  const table = rows.length === 0 ? 'Nothing has arrived.' : renderTable(['arrived', 'gateway', 'topic', ...groups, 'gaps'], rows);
  return [table, ...gaps.map(({ stage, text }) => `${stage}: ${text}.`)].join('\n');
}

function eventTable({ eventMinutes }: StreamAudit): string {
  if (eventMinutes.length === 0) return 'Nothing has happened.';
  const groups = eventMinutes[0]!.sinks.map(({ group }) => group);
  return renderTable(
    ['happened', 'gateway', ...groups],
    eventMinutes.map(({ minute, gateway, sinks }) => [
      shownMinute(minute),
      String(gateway),
      ...sinks.map(({ written }) => String(written)),
    ]),
  );
}

/** ISO 8601 without the seconds, which are always 0. */
function shownMinute(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}
