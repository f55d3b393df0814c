import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, renderFigures } from './figure.ts';

/** The last figures of a suite, kept as data; README and docs/benchmarks.md are written from them. */
export interface SuiteResult {
  readonly suite: string;
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const RESULTS = join(ROOT, 'tools', 'bench', 'results');
const START = '<!-- figures:start -->';
const END = '<!-- figures:end -->';

export function describeMachine(): string {
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' / ');
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node.js ${process.version}, load average ${load}`;
}

export function saveResult(result: SuiteResult): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${result.suite}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

function savedResults(): SuiteResult[] {
  return readdirSync(RESULTS)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(RESULTS, file), 'utf8')) as SuiteResult);
}

/** Puts the saved figures into README.md and docs/benchmarks.md, between their markers. */
export function writeFiguresIntoDocs(): void {
  const results = savedResults();
  const tables = results.map(
    ({ suite, command, date, machine, figures }) =>
      `**${suite}** (\`${command}\`, ${date.slice(0, 10)}; ${machine})\n\n${renderFigures(figures)}`,
  );
  replaceBetweenMarkers(join(ROOT, 'docs', 'benchmarks.md'), tables.join('\n\n'));
  const withTarget = results.flatMap(({ figures }) => figures.filter(({ target }) => target !== undefined));
  replaceBetweenMarkers(join(ROOT, 'README.md'), renderFigures(withTarget));
}

function replaceBetweenMarkers(file: string, text: string): void {
  const content = readFileSync(file, 'utf8');
  const [from, to] = [content.indexOf(START), content.indexOf(END)];
  if (from < 0 || to < 0) throw new Error(`${file} has no ${START} … ${END}`);
  writeFileSync(file, `${content.slice(0, from + START.length)}\n\n${text}\n\n${content.slice(to)}`);
}
