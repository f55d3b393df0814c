import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../context.ts';
import { checkApps } from '../doctor/app-checks.ts';
import { checkElasticsearch } from '../doctor/elasticsearch-checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { checkKafka } from '../doctor/kafka-checks.ts';
import { checkKeys } from '../doctor/key-checks.ts';
import { printable } from '../output/printable.ts';
import { action } from './action.ts';

const SIGNS: Readonly<Record<Finding['status'], string>> = { ok: 'ok  ', warning: 'warn', failed: 'FAIL', skipped: 'skip' };

/** `hercules doctor` */
export function addDoctorCommand(program: Command, environment: Environment): void {
  program
    .command('doctor')
    .description('Check apps, keys, Kafka and Elasticsearch, and say what to do; ends with 1 if a check fails')
    .action(
      action(environment, async (context) => {
        const { settings, output } = context;
        const [apps, keys] = [await checkApps(context), await checkKeys(context)];
        const findings = [
          ...(apps.length === 0 ? [{ check: 'apps', status: 'skipped', detail: 'no app is set: see hercules config' } as const] : apps),
          ...keys.findings,
          ...(await checkKafka(settings.brokers, keys.streams)),
          ...(await checkElasticsearch(context)),
        ];
        const failed = findings.filter(({ status }) => status === 'failed').length;
        output.result({ ok: failed === 0, findings }, () => findings.map(findingText).join('\n'));
        if (failed > 0) throw new CliError(`${failed} of ${findings.length} checks have failed`);
      }),
    );
}

function findingText({ status, check, detail, advice }: Finding): string {
  return `${SIGNS[status]}  ${printable(`${check}: ${detail}`)}${advice === undefined ? '' : `\n      → ${advice}`}`;
}
