import { type FuzzTarget, MAX_INPUT_BYTES } from './fuzz-target.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';

/** Once in so many times the packed bytes are changed instead of what is in them. */
const PACKED_ONE_IN = 8;

/** The input of an iteration: the first ones are the seeds and the hostile inputs as they are, so that a target which refuses all of them is found out. */
export function inputOf(name: string, { seeds, hostile = [], tokens = [], pack }: FuzzTarget, seed: number, iteration: number): Buffer {
  const given = [...seeds, ...hostile];
  const packed = pack ?? ((input: Buffer): Buffer => input);
  if (iteration < given.length) return packed(given[iteration]!);
  const random = Random.of(seed, name, iteration);
  if (pack !== undefined && random.oneIn(PACKED_ONE_IN)) return mutate(random, seeds.map(pack), [], MAX_INPUT_BYTES);
  return packed(mutate(random, seeds, tokens, MAX_INPUT_BYTES));
}
