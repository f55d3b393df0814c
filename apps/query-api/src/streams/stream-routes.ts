import { type Answer, binaryAnswer, integerParameter, type Route, textParameter } from '@hercules/http-api';
import type { MetadataRegistry } from '@hercules/metadata';
import { compressLz4Block, decodeStreamState, encodeStreamState, logicalShard, type StreamState } from '@hercules/protocol';
import { readBody } from '../request-body.ts';
import { readShard, SHARD_PARAMETERS, takeParameter } from '../shard-parameters.ts';
import type { ByteBudget } from './byte-budget.ts';
import { existingStream } from './existing-stream.ts';
import type { StreamReader } from './stream-reader.ts';

const streamParameter = textParameter('stream', { description: 'Name of the stream' });
const timeoutMs = integerParameter('timeoutMs', {
  expected: 'a whole number of milliseconds from 500 to 10000',
  minimum: 500,
  maximum: 10_000,
  required: false,
  description: 'How long to wait for events, in ms; 1000 if left out',
});
const DEFAULT_TIMEOUT_MS = 1000;

export interface StreamRouteParts {
  readonly registry: Pick<MetadataRegistry, 'stream'>;
  readonly reader: StreamReader;
  readonly budget: ByteBudget;
  readonly maxAnswerBytes: number;
}

const ANSWERS = {
  400: { description: 'A parameter or the body is missing or bad; the text says which, and what was expected' },
  404: { description: 'There is no such stream' },
  503: { description: 'Kafka is not available, or there is too much to do; try again later' },
};

/** The Stream API (apis §5). */
export function streamRoutes({ registry, reader, budget, maxAnswerBytes }: StreamRouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/stream/read',
      tag: 'streams',
      summary: 'Read events from where the state says, oldest first; the answer holds the state to go on with',
      access: 'key',
      rights: 'read on the stream',
      parameters: [streamParameter, ...SHARD_PARAMETERS, takeParameter, timeoutMs],
      body: { description: 'The state: number of partitions, then partition (i32) and next offset (i64) of each; 4 zero bytes at first' },
      answers: { 200: { description: 'The state behind the events, and the events' }, ...ANSWERS },
      async handle(request) {
        const name = request.required(streamParameter);
        request.requireRight('read', name);
        const { shardIndex, shardCount } = readShard(request);
        const take = request.required(takeParameter);
        const stream = existingStream(registry, name);
        const wait = request.optional(timeoutMs) ?? DEFAULT_TIMEOUT_MS;
        const state = readBody(request.body, 'stream state', decodeState);
        const partitions = logicalShard(stream.partitions, shardIndex, shardCount);
        const read = { stream: name, partitions, state, take, timeoutMs: wait, maxBytes: maxAnswerBytes };
        const content = await budget.with(maxAnswerBytes, () => reader.read(read));
        return acceptsLz4(request.headers['accept-encoding']) ? lz4Answer(content) : binaryAnswer(content);
      },
    },
    {
      method: 'GET',
      path: '/stream/seekToEnd',
      tag: 'streams',
      summary: 'The state behind the last event that is there now',
      access: 'key',
      rights: 'read on the stream',
      parameters: [streamParameter, ...SHARD_PARAMETERS],
      answers: { 200: { description: 'The state' }, ...ANSWERS },
      async handle(request) {
        const name = request.required(streamParameter);
        request.requireRight('read', name);
        const { shardIndex, shardCount } = readShard(request);
        const partitions = logicalShard(existingStream(registry, name).partitions, shardIndex, shardCount);
        return binaryAnswer(encodeStreamState(await reader.end(name, partitions)));
      },
    },
  ];
}

function decodeState(body: Buffer): StreamState {
  const state = decodeStreamState(body);
  for (const { partition, offset } of state) {
    if (partition < 0 || offset < 0n) throw new RangeError(`expected partitions and offsets of 0 or more, got ${partition} and ${offset}`);
  }
  return state;
}

/** The original knows a lone `lz4` only; here it may stand in a list, unless it is refused there. */
function acceptsLz4(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .map((coding) => coding.trim().split(/\s*;\s*q=/))
    .some(([coding, quality = '1']) => coding === 'lz4' && Number(quality) > 0);
}

/** One raw LZ4 block, without frame and length. */
function lz4Answer(content: Buffer): Answer {
  return binaryAnswer(compressLz4Block(content), { 'Content-Encoding': 'lz4', 'Original-Content-Length': String(content.length) });
}
