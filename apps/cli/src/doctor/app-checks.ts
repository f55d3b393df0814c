import type { HttpClient } from '../api/http-client.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { figuresOf } from '../metrics/app-figures.ts';
import { parseMetrics, sumOf } from '../metrics/metrics-text.ts';
import type { Finding } from './finding.ts';

const TIMEOUT_MS = 5000;
const MAX_SKEW_MS = 5000;
/** Above this lag a sink is said to be behind. */
const LARGE_LAG = 100_000;
const STATES: Readonly<Record<number, string>> = { 503: 'is starting', 410: 'is stopping' };

interface SeenApp {
  readonly findings: readonly Finding[];
  readonly version: string | undefined;
}

/** State, version, clock, lag and dead letters of each app, and whether all have one version. */
export async function checkApps(context: CliContext): Promise<Finding[]> {
  const seen = await Promise.all(context.apps.map((app) => checkApp(context, app)));
  const versions = [...new Set(seen.map(({ version }) => version).filter((version) => version !== undefined))];
  const sameVersion: Finding[] =
    versions.length < 2
      ? []
      : [
          {
            check: 'versions',
            status: 'warning',
            detail: `the apps have ${versions.join(' and ')}`,
            advice: 'Roll out one version everywhere.',
          },
        ];
  return [...seen.flatMap(({ findings }) => findings), ...sameVersion];
}

async function checkApp({ clock, signal }: CliContext, app: HttpClient): Promise<SeenApp> {
  const options = { signal, timeoutMs: TIMEOUT_MS };
  try {
    const status = await app.call('GET', '/status', { ...options, accepted: [200, 410, 500, 503] });
    const asked = clock.now();
    const aboutAnswer = await app.call('GET', '/about', options);
    const answered = clock.now();
    const { version, instanceId } = (await aboutAnswer.json()) as { version?: string; instanceId?: string };
    const samples = parseMetrics(await (await app.call('GET', '/metrics', options)).text());
    const figures = figuresOf(app.name, samples);
    const findings: Finding[] = [
      status.status === 200
        ? { check: app.name, status: 'ok', detail: `runs at ${app.url}, version ${version}, instance ${instanceId}` }
        : {
            check: app.name,
            status: 'failed',
            detail: `${STATES[status.status] ?? 'is in trouble'} (/status ${status.status}) at ${app.url}`,
            advice: 'Its log says why; a sink also waits for its store.',
          },
      ...clockFinding(app.name, aboutAnswer.headers.get('date'), asked, answered),
    ];
    if (sumOf(samples, 'hercules_sink_store_available') === 0)
      findings.push({
        check: `${app.name}: store`,
        status: 'failed',
        detail: 'its store takes no writes',
        advice: 'Bring the store back; the sink goes on by itself.',
      });
    if (figures.lag !== undefined)
      findings.push({
        check: `${app.name}: lag`,
        status: figures.lag > LARGE_LAG ? 'warning' : 'ok',
        detail: `${figures.lag} records are not stored yet`,
        ...(figures.lag > LARGE_LAG ? { advice: 'hercules top shows whether it shrinks; if not, add instances of the sink.' } : {}),
      });
    if ((figures.deadLetters ?? 0) > 0)
      findings.push({
        check: `${app.name}: dead letters`,
        status: 'warning',
        detail: `${figures.deadLetters} since its start`,
        advice: 'hercules deadletters list says why; resend them when that is mended.',
      });
    return { findings, version };
  } catch (error) {
    if (signal.aborted) throw error;
    const detail = error instanceof CliError ? error.message : `answers, but not like an app of Hercules: ${(error as Error).message}`;
    const advice = 'Start it, or correct its URL (hercules config shows the settings).';
    return { findings: [{ check: app.name, status: 'failed', detail, advice }], version: undefined };
  }
}

/** The header Date counts whole seconds, and the answer has been on its way. Apps that send none are not judged. */
function clockFinding(name: string, date: string | null, asked: number, answered: number): Finding[] {
  const told = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(told)) return [];
  const skew = told > answered ? told - answered : Math.max(0, asked - (told + 999));
  if (skew <= MAX_SKEW_MS) return [];
  return [
    {
      check: `${name}: clock`,
      status: 'warning',
      detail: `differs from the clock here by ${Math.round(skew / 1000)} s`,
      advice: 'Synchronise the clocks (NTP): times of events and traces are wrong otherwise.',
    },
  ];
}
