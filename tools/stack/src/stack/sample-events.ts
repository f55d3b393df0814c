import { randomBytes } from 'node:crypto';
import { type HerculesEvent, msToTicks, tag, uuidFromBytes, UuidV1Generator, type Value } from '@hercules/protocol';

/** Name of the metric that the sample command sends. */
export const SAMPLE_METRIC = 'hello_from_terminal';

export function sampleLog(nowMs: number): HerculesEvent {
  return event(nowMs, {
    level: tag.string('Info'),
    message: tag.string('Hello from the terminal'),
    properties: tag.container({ project: tag.string('hello'), environment: tag.string('local') }),
  });
}

/** One value of a metric (protocol §10.3). */
export function sampleMetric(nowMs: number): HerculesEvent {
  const pairs = Object.entries({ _name: SAMPLE_METRIC, application: 'terminal' }).map(
    ([key, value]) => new Map(Object.entries({ key: tag.string(key), value: tag.string(value) })),
  );
  return event(nowMs, { value: tag.double(42), tags: tag.vector('container', pairs) });
}

/** A trace of two spans (protocol §10.4): a request that took 30 ms, and a query inside of it that took 12 ms. */
export function sampleTrace(nowMs: number): { readonly traceId: string; readonly spans: HerculesEvent[] } {
  const [traceId, request, query] = Array.from({ length: 3 }, () => uuidFromBytes(randomBytes(16))) as [string, string, string];
  const span = (operation: string, spanId: string, beginMs: number, endMs: number, parent?: string): HerculesEvent =>
    event(endMs, {
      traceId: tag.uuid(traceId),
      spanId: tag.uuid(spanId),
      ...(parent === undefined ? {} : { parentSpanId: tag.uuid(parent) }),
      beginTimestampUtc: tag.long(msToTicks(beginMs)),
      endTimestampUtc: tag.long(msToTicks(endMs)),
      annotations: tag.container({
        application: tag.string('terminal'),
        operation: tag.string(operation),
        status: tag.string('success'),
      }),
    });
  return { traceId, spans: [span('query', query, nowMs - 20, nowMs - 8, request), span('GET /hello', request, nowMs - 30, nowMs)] };
}

const uuids = new UuidV1Generator();

function event(timeMs: number, tags: Readonly<Record<string, Value>>): HerculesEvent {
  return { version: 1, timestamp: msToTicks(timeMs), uuid: uuids.next(), payload: new Map(Object.entries(tags)) };
}
