import { binaryAnswer, patternParameter, type Route, textParameter } from '@hercules/http-api';
import type { MetadataRegistry, Timeline } from '@hercules/metadata';
import {
  decodeTimelineState,
  encodeTimelineContent,
  HerculesError,
  logicalShard,
  TICKS_PER_MS,
  type TimelineState,
} from '@hercules/protocol';
import { readBody } from '../request-body.ts';
import { readShard, SHARD_PARAMETERS, takeParameter } from '../shard-parameters.ts';
import type { ByteBudget } from '../streams/byte-budget.ts';
import type { TimelineReader } from './timeline-reader.ts';

const timelineParameter = textParameter('timeline', { description: 'Name of the timeline' });
const TICKS = /^\d{1,19}$/;
const ticks = (name: string, description: string) =>
  patternParameter(name, TICKS, { expected: 'a whole number of ticks (100 ns since 1970), above 0', description });
const fromParameter = ticks('from', 'Begin of the interval in ticks, inclusive');
const toParameter = ticks('to', 'End of the interval in ticks, exclusive');
const LONGEST = 2n ** 63n - 1n;

export interface TimelineRouteParts {
  readonly registry: Pick<MetadataRegistry, 'timeline'>;
  readonly reader: TimelineReader;
  readonly budget: ByteBudget;
  readonly maxAnswerBytes: number;
  /** Most buckets that a read may span. */
  readonly timetrapCountLimit: number;
}

/** The Timeline API (apis §6). */
export function timelineRoutes({ registry, reader, budget, maxAnswerBytes, timetrapCountLimit }: TimelineRouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/timeline/read',
      tag: 'timelines',
      summary: 'Read events of an interval of time; the answer holds the state to go on with',
      access: 'key',
      rights: 'read on the timeline',
      parameters: [timelineParameter, ...SHARD_PARAMETERS, takeParameter, fromParameter, toParameter],
      body: {
        description: 'The state: number of slices, then slice (i32), bucket (i64) and event id (24 bytes) of each; 4 zero bytes at first',
      },
      answers: {
        200: { description: 'The state behind the events, and the events' },
        400: { description: 'A parameter or the body is missing or bad; the text says which, and what was expected' },
        404: { description: 'There is no such timeline' },
        408: { description: 'Cassandra did not answer in time' },
        503: { description: 'Cassandra is not available, or there is too much to do; try again later' },
      },
      async handle(request) {
        const name = request.required(timelineParameter);
        request.requireRight('read', name);
        const { shardIndex, shardCount } = readShard(request);
        const take = request.required(takeParameter);
        const timeline = registry.timeline(name);
        const [from, to] = [positiveTicks('from', request.required(fromParameter)), positiveTicks('to', request.required(toParameter))];
        if (timeline === undefined) throw new HerculesError('NOT_FOUND', `There is no timeline '${name}'`);
        requireInterval(from, to, timeline, timetrapCountLimit);
        const state = readBody(request.body, 'timeline state', decodeState);
        const slices = logicalShard(timeline.slices, shardIndex, shardCount);
        const read = { timeline, slices, state, from, to, take, maxBytes: maxAnswerBytes };
        return binaryAnswer(encodeTimelineContent(await budget.with(maxAnswerBytes, () => reader.read(read))));
      },
    },
  ];
}

function positiveTicks(name: string, text: string): bigint {
  const value = BigInt(text);
  if (value > 0n && value <= LONGEST) return value;
  throw new HerculesError('INVALID_ARGUMENT', `Query parameter '${name}' is invalid: expected ticks from 1 to ${LONGEST}, got ${text}`);
}

function requireInterval(from: bigint, to: bigint, { timetrapSize }: Timeline, limit: number): void {
  const longest = BigInt(limit) * BigInt(timetrapSize) * TICKS_PER_MS;
  if (to - from < longest) return;
  throw new HerculesError(
    'INVALID_ARGUMENT',
    `The interval must be shorter than ${longest} ticks (${limit} buckets of ${timetrapSize} ms), but is ${to - from}`,
  );
}

function decodeState(body: Buffer): TimelineState {
  const state = decodeTimelineState(body);
  for (const { slice } of state) if (slice < 0) throw new RangeError(`expected slices of 0 or more, got ${slice}`);
  return state;
}
