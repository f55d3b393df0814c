// `npm run fuzz`: inputs made from real ones against every parser, until a fault is found or the time is over.
import { parseArgs } from 'node:util';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '@hercules/stack';
import type { Fault } from './fault.ts';
import { fuzz } from './fuzz.ts';
import { inputOf } from './input-of.ts';
import { loadTarget, TARGET_NAMES } from './targets/index.ts';

const USAGE = `Usage: npm run fuzz -- [--target NAME,NAME…] [--seconds N] [--seed N] [--iteration N]
Runs inputs against each target for so many seconds (60), with a seed by the clock. --iteration runs the one input that a fault names.
Targets: ${TARGET_NAMES.join(', ')}
`;

const root = projectRoot(dirname(import.meta.filename));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      iteration: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const names = values.target?.split(',') ?? TARGET_NAMES;
  const mistake = mistakeIn(names, values);
  if (mistake !== undefined) {
    process.stderr.write(`${mistake}\n${USAGE}`);
    return 2;
  }
  const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
  const only = values.iteration === undefined ? undefined : Number(values.iteration);
  let faults = 0;
  for (const target of names) {
    const signal = AbortSignal.timeout(Number(values.seconds ?? 60) * 1000);
    const range = only === undefined ? { iterations: 2 ** 31 - 1 } : { from: only, iterations: 1 };
    const report = await fuzz({ target, seed, signal, ...range });
    const share = Math.round((100 * report.accepted) / Math.max(1, report.iterations));
    process.stdout.write(`${target}: ${report.iterations} inputs, ${share} % accepted, ${report.faults.length} faults (seed ${seed})\n`);
    for (const fault of report.faults) await tell(fault);
    faults += report.faults.length;
  }
  return faults > 0 ? 1 : 0;
}

/** What is wrong with the arguments. */
function mistakeIn(
  names: readonly string[],
  { seconds, seed, iteration }: Record<string, string | boolean | undefined>,
): string | undefined {
  const unknown = names.find((name) => !TARGET_NAMES.includes(name));
  if (unknown !== undefined) return `--target: there is none that is called ${JSON.stringify(unknown)}`;
  const numbers = Object.entries({ seconds, seed, iteration });
  const [name, value] = numbers.find(([, given]) => given !== undefined && !/^\d+$/.test(String(given))) ?? [];
  return name === undefined ? undefined : `--${name}: ${JSON.stringify(value)} is no whole number`;
}

async function tell(fault: Fault): Promise<void> {
  const folder = join(root, '.fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fault.target}-${fault.seed}-${fault.iteration}.bin`);
  writeFileSync(file, inputOf(fault.target, await loadTarget(fault.target), fault.seed, fault.iteration));
  process.stdout.write(`  ${fault.kind}: ${fault.message.replaceAll('\n', '\n    ')}\n`);
  process.stdout.write(
    `  again: npm run fuzz -- --target ${fault.target} --seed ${fault.seed} --iteration ${fault.iteration} (input: ${file})\n`,
  );
}

process.exitCode = await main();
