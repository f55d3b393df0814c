// Sends a trace of two spans and prints its id: API_KEY=… npx node docs/examples/send-trace.ts [stream] [gateway URL]
import { randomUUID } from 'node:crypto';
import { msToTicks, tag } from '@hercules/protocol';
import { send } from './send.ts';

const [stream = 'traces_hello', gateway] = process.argv.slice(2);
const now = Date.now();
const [traceId, request, query] = [randomUUID(), randomUUID(), randomUUID()];

const span = (spanId: string, operation: string, beginMs: number, endMs: number) => ({
  traceId: tag.uuid(traceId),
  spanId: tag.uuid(spanId),
  beginTimestampUtc: tag.long(msToTicks(beginMs)),
  endTimestampUtc: tag.long(msToTicks(endMs)),
  annotations: tag.container({ application: tag.string('hello'), operation: tag.string(operation), status: tag.string('success') }),
});
await send(stream, { ...span(query, 'read the greeting', now - 20, now - 8), parentSpanId: tag.uuid(request) }, gateway);
await send(stream, span(request, 'GET /hello', now - 30, now), gateway);
console.log(traceId);
