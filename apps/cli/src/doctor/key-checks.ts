import { type Right, matchesPattern } from '@hercules/metadata';
import { CliError } from '../cli-error.ts';
import { shownKey } from '../commands/key-argument.ts';
import type { CliContext } from '../context.ts';
import type { Finding } from './finding.ts';

/** Whether the management API takes the key here, and what the API key may do with which streams. */
export async function checkKeys(context: CliContext): Promise<{ findings: Finding[]; streams: string[] | undefined }> {
  const { managementApi, masterKey, apiKey } = context.settings;
  if (managementApi === undefined || (masterKey ?? apiKey) === undefined) {
    const detail = 'managementApi and masterKey (or apiKey) are needed';
    return { findings: [{ check: 'keys', status: 'skipped', detail }], streams: undefined };
  }
  try {
    const streams = await context.management.streams();
    const findings: Finding[] = [{ check: 'streams', status: 'ok', detail: `${streams.length} streams` }];
    if (masterKey === undefined) {
      findings.push({ check: 'rights', status: 'skipped', detail: 'rules are shown to a masterKey only' });
    } else if (apiKey === undefined) {
      await context.management.rules();
      findings.push({ check: 'rights', status: 'skipped', detail: 'no apiKey is set' });
    } else {
      findings.push(await checkRights(context, apiKey, streams));
    }
    return { findings, streams };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return {
      findings: [{ check: 'keys', status: 'failed', detail: error.message, ...(error.hint === undefined ? {} : { advice: error.hint }) }],
      streams: undefined,
    };
  }
}

async function checkRights({ management }: CliContext, apiKey: string, streams: readonly string[]): Promise<Finding> {
  const key = shownKey(apiKey);
  const [rules, blocked] = [await management.rules(), await management.blacklist()];
  if (blocked.includes(key))
    return { check: 'rights', status: 'failed', detail: `${key} is blocked`, advice: 'hercules key unblock, or use another.' };
  const own = rules.filter((rule) => rule.key === key);
  if (own.length === 0)
    return {
      check: 'rights',
      status: 'failed',
      detail: `${key} has no rules`,
      advice: 'hercules rule set <key> <pattern> rw, or use another key.',
    };
  const may = (right: Right): number =>
    streams.filter((name) => own.some((rule) => rule.right === right && matchesPattern(rule.pattern, name))).length;
  const detail = `${key} may write ${may('write')} and read ${may('read')} of ${streams.length} streams`;
  return { check: 'rights', status: 'ok', detail };
}
