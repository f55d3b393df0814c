import { HerculesError } from '@hercules/protocol';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';

const seeds = [Buffer.from('harmless')];
/** The iteration that hits: the first input is the seed, the second one this. */
const hostile = [Buffer.from('hit')];

function faulty(hit: () => void): () => Promise<FuzzTarget> {
  const run = (input: Buffer): void => {
    if (input.equals(hostile[0]!)) hit();
    if (!input.equals(seeds[0]!)) throw new HerculesError('INVALID_ARGUMENT', 'not harmless');
  };
  return () => Promise.resolve({ seeds, hostile, run });
}

/** Parsers with each of the faults that are looked for, so that the search itself can be tested. */
export const FAULTY_TARGETS: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  'faulty-none': faulty(() => undefined),
  'faulty-crash': faulty(() => {
    throw new TypeError('undefined is not a parser');
  }),
  'faulty-internal': faulty(() => {
    throw new HerculesError('INTERNAL', 'something went wrong', { cause: new RangeError('deep inside') });
  }),
  'faulty-mistake': faulty(() => {
    throw new Mistaken('accepted what it should not');
  }),
  'faulty-hang': faulty(() => {
    for (let turns = 0; turns < Infinity; turns++);
  }),
  'faulty-heap': faulty(() => {
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, () => Math.random()));
  }),
  'faulty-buffers': faulty(() => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
  }),
};
