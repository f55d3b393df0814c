import { EventWriter, type HerculesEvent, readBatch, type Value } from '@hercules/protocol';
import { Tracer } from './tracer.ts';
import { spanUuid, traceUuid } from './trace-context.ts';

describe('Tracer', () => {
  let events: HerculesEvent[];
  let tracer: Tracer;
  beforeEach(() => {
    events = [];
    tracer = new Tracer({
      annotations: { application: 'shop', host: 'here' },
      send(write) {
        const writer = new EventWriter();
        write(writer);
        events.push(...readBatch(Buffer.from(writer.batch())));
      },
    });
  });

  const value = (event: HerculesEvent, key: string): unknown => event.payload.get(key)?.value;
  const annotations = (event: HerculesEvent): Record<string, Value> =>
    Object.fromEntries(value(event, 'annotations') as ReadonlyMap<string, Value>);

  it('makes trace events of what has ended, the inner ones first', () => {
    const outer = tracer.start('GET /x', 'http-request-server');
    const inner = tracer.start('work', undefined, outer.context);
    inner.annotate({ 'http.response.code': 200, ratio: 0.5, cached: true, missing: undefined });
    inner.end();
    outer.end();
    outer.end();
    expect(events).toHaveLength(2);
    const [first, second] = events as [HerculesEvent, HerculesEvent];
    const { traceId, spanId } = outer.context;
    expect(inner.context.traceId).toBe(traceId);
    for (const event of events) {
      expect(value(event, 'traceId')).toBe(traceUuid(traceId));
      expect(value(event, 'endTimestampUtc')).toBe(event.timestamp);
      expect(value(event, 'beginTimestampUtcOffset')).toBe(BigInt(-new Date().getTimezoneOffset()) * 600_000_000n);
    }
    expect(value(first, 'parentSpanId')).toBe(spanUuid(spanId));
    expect(second.payload.has('parentSpanId')).toBe(false);
    expect(value(first, 'beginTimestampUtc')).toBeGreaterThan(value(second, 'beginTimestampUtc') as bigint);
    expect(first.timestamp).toBeLessThan(second.timestamp);
    expect(annotations(first)).toEqual({
      operation: { type: 'string', value: 'work' },
      application: { type: 'string', value: 'shop' },
      host: { type: 'string', value: 'here' },
      'http.response.code': { type: 'integer', value: 200 },
      ratio: { type: 'double', value: 0.5 },
      cached: { type: 'flag', value: true },
      status: { type: 'string', value: 'success' },
    });
    expect(annotations(second)['kind']?.value).toBe('http-request-server');
  });

  it('goes on with the trace of a caller', () => {
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true };
    tracer.start('GET /x', 'http-request-server', parent).end();
    expect(value(events[0]!, 'parentSpanId')).toBe(spanUuid(parent.spanId));
    expect(value(events[0]!, 'traceId')).toBe(traceUuid(parent.traceId));
  });

  it('sends nothing of a trace that is not sampled', () => {
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: false };
    const span = tracer.start('GET /x', 'http-request-server', parent);
    span.end();
    expect(events).toEqual([]);
    expect(span.context.isSampled).toBe(false);
  });

  it('fails the span of work that fails', async () => {
    const { context } = tracer.start('GET /x');
    const work = tracer.within('work', context, () => Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(annotations(events[0]!)).toMatchObject({ status: { value: 'error' }, error: { value: 'no' } });
  });
});
