import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { integerParameter, OCTETS, patternParameter, type Route, timeParameter } from '@hercules/http-api';
import { CURSOR_PATTERN, type PartitionReader, type RecordBlock, RecordRange } from '@hercules/kafka';
import type { EventFilter, MetadataRegistry } from '@hercules/metadata';
import { ByteSink } from '@hercules/protocol';
import type { ByteBudget } from '../streams/byte-budget.ts';
import { existingStream } from '../streams/existing-stream.ts';
import { EventDocuments } from './event-documents.ts';
import { filterParameter, readEventFilter, sampleParameter } from './filter-parameters.ts';

const JSON_LINES = 'application/x-ndjson';
const NEXT = 'X-Hercules-Next';
/** What one such answer holds: a fetch and what is written of it. */
const READ_BYTES = 16 * 1024 * 1024;
const LENGTH_BYTES = 4;

const fromParameter = timeParameter('from', 'Begin, by time of arrival', false);
const toParameter = timeParameter('to', 'End (exclusive), by time of arrival; what is there now if left out', false);
const limitParameter = integerParameter('limit', {
  expected: 'a whole number, 1 or more',
  minimum: 1,
  required: false,
  description: 'Most events; the cursor then says where to go on',
});
const formatParameter = patternParameter('format', /^(json|binary)$/, {
  expected: 'json or binary',
  required: false,
  description: 'json: a JSON document a line; binary: i32 length and bytes of each event',
});
const cursorParameter = patternParameter('cursor', CURSOR_PATTERN, {
  expected: 'a cursor as an answer has given it',
  required: false,
  description: 'Where to go on instead of `from`: the `next` of the last line, or of the trailer X-Hercules-Next',
});

export interface EventRouteParts {
  readonly registry: Pick<MetadataRegistry, 'stream'>;
  readonly partitions: PartitionReader;
  readonly budget: ByteBudget;
}

/** Events of a stream by the time at which they came. */
export function eventRoutes({ registry, partitions, budget }: EventRouteParts): Route[] {
  const documents = new EventDocuments();
  return [
    {
      method: 'GET',
      path: '/streams/:name/events',
      tag: 'streams',
      summary: 'Events that arrived in an interval, as JSON lines or as they are; the last line (or a trailer) holds a cursor',
      access: 'key',
      rights: 'read on the stream',
      parameters: [fromParameter, toParameter, cursorParameter, filterParameter, sampleParameter, limitParameter, formatParameter],
      answers: {
        200: { description: 'The events; JSON lines end with {"next": cursor, "complete": whether the end was reached}' },
        400: { description: 'A parameter is missing or bad; the text says which, and what was expected' },
        404: { description: 'There is no such stream' },
        503: { description: 'Kafka is not available, or there is too much to do; try again later' },
      },
      async handle(request) {
        const name = request.segment('name');
        request.requireRight('read', name);
        const stream = existingStream(registry, name);
        const accepts = readEventFilter(request);
        const limit = request.optional(limitParameter) ?? Infinity;
        const isBinary = request.optional(formatParameter) === 'binary';
        const range = await RecordRange.between(partitions, name, stream.partitions, {
          fromMs: request.optional(fromParameter),
          toMs: request.optional(toParameter),
          cursor: request.optional(cursorParameter),
        });
        return {
          stream: (_incoming, response) =>
            budget.with(READ_BYTES, () => writeRange(response, range, { accepts, limit, isBinary, documents })),
        };
      },
    },
  ];
}

interface WriteOptions {
  readonly accepts: EventFilter;
  readonly limit: number;
  readonly isBinary: boolean;
  readonly documents: EventDocuments;
}

async function writeRange(
  response: ServerResponse,
  range: RecordRange,
  { accepts, limit, isBinary, documents }: WriteOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, isBinary ? { 'Content-Type': OCTETS, Trailer: NEXT } : { 'Content-Type': JSON_LINES });
  const out = new ByteSink();
  let written = 0;
  const take = (block: RecordBlock, index: number): boolean => {
    const start = block.valueStarts[index]!;
    if (start < 0 || !isAccepted(accepts, block, index)) return true;
    if (written === limit) return false;
    written++;
    if (isBinary) writeFramed(out, block.buffer, start, block.valueEnds[index]!);
    else {
      documents.write(block, index, out);
      out.text('\n');
    }
    return true;
  };
  const flush = async (): Promise<void> => {
    if (out.length === 0) return;
    const bytes = Buffer.from(out.bytes());
    out.reset();
    if (!response.write(bytes) && !gone.signal.aborted) await once(response, 'drain', { signal: gone.signal });
  };
  try {
    await range.read(take, flush, gone.signal);
    await flush();
  } catch (error) {
    // Whoever asked has left; nobody is there to be told.
    if (gone.signal.aborted) return;
    throw error;
  }
  const next = range.cursor;
  if (isBinary) response.addTrailers({ [NEXT]: next });
  else response.write(`${JSON.stringify({ next, complete: range.isComplete })}\n`);
  response.end();
}

/** A filter decides over events only; what cannot be read as one is given as it is. */
function isAccepted(filter: EventFilter, { buffer, valueStarts, valueEnds }: RecordBlock, index: number): boolean {
  try {
    return filter.accepts(buffer, valueStarts[index]!, valueEnds[index]!);
  } catch {
    return true;
  }
}

function writeFramed(out: ByteSink, buffer: Buffer, start: number, end: number): void {
  out.ensure(LENGTH_BYTES + end - start);
  out.length = out.buffer.writeInt32BE(end - start, out.length);
  out.length += buffer.copy(out.buffer, out.length, start, end);
}
