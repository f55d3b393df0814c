import { fuzz, type FuzzOptions } from './fuzz.ts';
import { TARGET_NAMES } from './targets/index.ts';

jest.setTimeout(300_000);

/** The same inputs in every run; `npm run fuzz` looks further. */
const SEED = 1;
const ITERATIONS = 2000;

it.each(TARGET_NAMES)('%s', async (target) => {
  const { faults, accepted, iterations } = await fuzz({ target, seed: SEED, iterations: ITERATIONS });
  expect(faults).toEqual([]);
  expect(iterations).toBe(ITERATIONS);
  // A target that refuses everything tests nothing.
  expect(accepted).toBeGreaterThan(0);
});

describe('a fault is found', () => {
  const run = async (target: string, limits: Partial<FuzzOptions> = {}): Promise<unknown[]> => {
    const { faults, iterations } = await fuzz({ target, seed: SEED, iterations: 50, ...limits });
    expect(iterations).toBe(50);
    return faults.map(({ iteration, kind, message }) => `${iteration} ${kind} ${message.split('\n')[0]}`);
  };

  it.each([
    ['faulty-none', []],
    ['faulty-crash', ['1 crash TypeError: undefined is not a parser']],
    ['faulty-internal', ['1 crash RangeError: deep inside']],
    ['faulty-mistake', ['1 mistake Error: accepted what it should not']],
  ])('%s', async (target, faults) => {
    expect(await run(target)).toEqual(faults);
  });

  it.each([
    ['faulty-hang', /^1 hang an input has taken \d+ ms of CPU time$/, { maxInputCpuMs: 500 }],
    ['faulty-heap', /^1 memory /, { maxInputCpuMs: 100_000 }],
    ['faulty-buffers', /^1 memory the process has \d+ MiB$/, { maxInputCpuMs: 100_000, maxGrowthBytes: 300_000_000 }],
  ])('%s, and the rest is run', async (target, fault, limits) => {
    expect(await run(target, limits)).toEqual([expect.stringMatching(fault)]);
  });
});
