import { readBatch } from '@hercules/protocol';
import type { KnownKey } from '../../stream-access.ts';
import { EventCollector } from '../door/event-collector.ts';
import { writeSpanEvent } from './span-event.ts';
import type { ZipkinSpan } from './zipkin-span.ts';

const SPAN: ZipkinSpan = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', id: '352bff9a74ca9ad2', annotations: [], tags: [] };
const key = { stream: () => ({ route: {} }) } as unknown as KnownKey;

/** The event as plain objects: containers by their keys, values without their types. */
function eventOf(span: Partial<ZipkinSpan>) {
  const collector = new EventCollector(key, { maxEventSizeBytes: 100_000 });
  writeSpanEvent(collector, 'traces', 0, Buffer.alloc(16, 1), { ...SPAN, ...span });
  const [event] = readBatch(collector.batches()[0]!.batch);
  return { timestamp: event!.timestamp, ...(plain(event!.payload) as Record<string, unknown>) } as unknown as Record<string, never>;
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...(value as Map<string, unknown>)].map(([name, inner]) => [name, plain(inner)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return 'elements' in value ? plain(value.elements) : 'value' in value ? plain(value.value) : value;
}

describe('writeSpanEvent', () => {
  it('writes ids of 64 bits as the upper half, times in ticks, and the end as the time of the event', () => {
    const { annotations, ...event } = eventOf({ parentId: '6b221d5bc9e6496c', timestamp: 1_700_000_000_000_000, duration: 5 });
    expect(event).toEqual({
      timestamp: 17_000_000_000_000_050n,
      traceId: '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
      spanId: '352bff9a-74ca-9ad2-0000-000000000000',
      parentSpanId: '6b221d5b-c9e6-496c-0000-000000000000',
      beginTimestampUtc: 17_000_000_000_000_000n,
      beginTimestampUtcOffset: 0n,
      endTimestampUtc: 17_000_000_000_000_050n,
      endTimestampUtcOffset: 0n,
    });
    expect(annotations).toEqual({});
  });

  it('names annotations as those of other protocols, codes as numbers', () => {
    const tags: [string, string][] = [
      ['http.method', 'GET'],
      ['http.url', 'http://x/y'],
      ['http.path', '/y'],
      ['http.status_code', '503'],
      ['mine', '1'],
    ];
    const { annotations } = eventOf({
      kind: 'CLIENT',
      name: 'get',
      localEndpoint: { serviceName: 'a' },
      remoteEndpoint: { serviceName: 'b' },
      tags,
    });
    expect(annotations).toEqual({
      kind: 'http-request-client',
      operation: 'get',
      application: 'a',
      targetService: 'b',
      'http.request.method': 'GET',
      'http.request.url': 'http://x/y',
      'http.path': '/y',
      'http.response.code': 503,
      mine: '1',
    });
  });

  it('keeps tags that have the name of a field, or say the same twice, and codes that are no number', () => {
    const tags: [string, string][] = [
      ['operation', 'x'],
      ['http.request.method', 'POST'],
      ['http.method', 'GET'],
      ['http.status_code', '2xx'],
      ['error', ''],
    ];
    expect(eventOf({ name: 'get', tags })['annotations']).toEqual({
      operation: 'get',
      'tag.operation': 'x',
      'http.request.method': 'POST',
      'http.method': 'GET',
      'http.status_code': '2xx',
      error: '',
      status: 'error',
    });
  });

  it('keeps what the event has no place for under Zipkin’s names', () => {
    const event = eventOf({
      kind: 'SERVER',
      annotations: [{ timestamp: 5, value: 'sr' }],
      localEndpoint: { serviceName: 'a', ipv4: '1.2.3.4', port: 80 },
      remoteEndpoint: { serviceName: 'b', ipv6: '::1' },
      debug: true,
    });
    expect(event).toMatchObject({
      events: [{ timestamp: 50n, name: 'sr' }],
      localEndpoint: { ipv4: '1.2.3.4', port: 80 },
      remoteEndpoint: { serviceName: 'b', ipv6: '::1' },
      debug: true,
      annotations: { kind: 'http-request-server', application: 'a' },
    });
    expect(event['annotations']).not.toHaveProperty('targetService');
  });

  it('makes the server’s half of a shared span a child of the client’s half', () => {
    expect(eventOf({ parentId: '6b221d5bc9e6496c', shared: true })).toMatchObject({
      spanId: '352bff9a-74ca-9ad2-0000-000000000001',
      parentSpanId: '352bff9a-74ca-9ad2-0000-000000000000',
      sharedParentSpanId: '6b221d5b-c9e6-496c-0000-000000000000',
      shared: true,
    });
  });
});
