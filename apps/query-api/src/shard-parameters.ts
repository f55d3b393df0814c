import { type ApiRequest, integerParameter, type Parameter } from '@hercules/http-api';
import { HerculesError } from '@hercules/protocol';

const shardIndex = integerParameter('shardIndex', {
  expected: 'a whole number, 0 or more',
  minimum: 0,
  description: 'Which of the logical readers this one is, from 0',
});
const shardCount = integerParameter('shardCount', {
  expected: 'a whole number, 1 or more',
  minimum: 1,
  description: 'How many logical readers share the reading',
});

/** Which of several logical readers asks (apis §5). */
export const SHARD_PARAMETERS: readonly Parameter<unknown>[] = [shardIndex, shardCount];

/** Throws INVALID_ARGUMENT. */
export function readShard(request: ApiRequest): { shardIndex: number; shardCount: number } {
  const shard = { shardIndex: request.required(shardIndex), shardCount: request.required(shardCount) };
  if (shard.shardIndex < shard.shardCount) return shard;
  throw new HerculesError(
    'INVALID_ARGUMENT',
    `Invalid parameters: shardCount must be greater than shardIndex, but they are ${shard.shardCount} and ${shard.shardIndex}`,
  );
}

export const takeParameter = integerParameter('take', {
  expected: 'a whole number, 1 or more',
  minimum: 1,
  description: 'Most events in the answer',
});
