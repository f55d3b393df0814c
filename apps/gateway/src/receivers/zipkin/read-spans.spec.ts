import { readJsonSpans } from './json-spans.ts';
import { readProtoSpans } from './proto-spans.ts';
import { encodeSpans } from './zipkin-proto.fixture.ts';

const json = (...spans: unknown[]): Buffer => Buffer.from(JSON.stringify(spans));
const IDS = { traceId: '5af7183fb1d4cf5f', id: '352bff9a74ca9ad2' };

const WHOLE = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  parentId: '6b221d5bc9e6496c',
  id: '352bff9a74ca9ad2',
  kind: 'CLIENT',
  name: 'get /api',
  timestamp: 1_556_604_172_355_737,
  duration: 1431,
  localEndpoint: { serviceName: 'backend', ipv4: '192.168.99.1', ipv6: undefined, port: 3306 },
  remoteEndpoint: { serviceName: undefined, ipv4: undefined, ipv6: '2001:db8::c001', port: 58_648 },
  annotations: [{ timestamp: 1_556_604_172_355_800, value: 'ws' }],
  tags: [
    ['http.method', 'GET'],
    ['http.path', '/api'],
  ],
  debug: true,
  shared: true,
};

describe('readJsonSpans', () => {
  it('reads every field', () => {
    expect(readJsonSpans(json({ ...WHOLE, tags: Object.fromEntries(WHOLE.tags) }))).toEqual([WHOLE]);
  });

  it('pads short ids, and takes null and 0 for unknown', () => {
    const span = { traceId: '1A', id: 'B', parentId: null, kind: null, timestamp: 0, duration: null, tags: null, annotations: null };
    expect(readJsonSpans(json(span))).toEqual([{ traceId: `${'0'.repeat(30)}1a`, id: `${'0'.repeat(15)}b`, annotations: [], tags: [] }]);
  });

  it('takes numbers and flags for texts, digits for numbers, and passes over what Zipkin does not know', () => {
    const span = { ...IDS, timestamp: '17', tags: { 'http.status_code': 200, ok: true, none: null }, v1: {} };
    expect(readJsonSpans(json(span))).toMatchObject([
      {
        timestamp: 17,
        tags: [
          ['http.status_code', '200'],
          ['ok', 'true'],
          ['none', ''],
        ],
      },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no list', {}, 'the body: expected a list of spans'],
    ['no object', [IDS, 5], 'spans[1]: expected an object, got 5'],
    ['no trace id', [{ id: '1' }], 'spans[0].traceId: expected 1 to 32 hex digits'],
    ['a long id', [{ ...IDS, id: '12345678901234567' }], 'spans[0].id: expected 1 to 16 hex digits, not all 0, got "12345678901234567"'],
    ['an id of 0', [{ ...IDS, traceId: '0000000000000000' }], 'spans[0].traceId'],
    ['a parent that is no id', [{ ...IDS, parentId: 'xyz' }], 'spans[0].parentId'],
    ['a kind', [{ ...IDS, kind: 'LOCAL' }], 'spans[0].kind: expected one of CLIENT, SERVER, PRODUCER, CONSUMER, got "LOCAL"'],
    ['a time before 1970', [{ ...IDS, timestamp: -1 }], 'spans[0].timestamp: expected a whole number of µs, got -1'],
    ['half a µs', [{ ...IDS, duration: 0.5 }], 'spans[0].duration'],
    ['an object for a text', [{ ...IDS, tags: { a: {} } }], 'spans[0].tags.a: expected a text, got an object'],
    ['a port', [{ ...IDS, localEndpoint: { port: 65_536 } }], 'spans[0].localEndpoint.port: expected a port up to 65535'],
    ['an annotation without a time', [{ ...IDS, annotations: [{ value: 'x' }] }], 'spans[0].annotations[0].timestamp'],
    ['a text for a flag', [{ ...IDS, shared: 'yes' }], 'spans[0].shared: expected true or false'],
  ])('refuses %s', (_what, body, message) => {
    expect(() => readJsonSpans(Buffer.from(JSON.stringify(body)))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('refuses what is no JSON', () => {
    expect(() => readJsonSpans(Buffer.from('[{'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('readProtoSpans', () => {
  const hex = (text: string): Buffer => Buffer.from(text, 'hex');
  const ids = { trace_id: hex(IDS.traceId), id: hex(IDS.id) };

  it('reads every field', () => {
    const span = {
      trace_id: hex(WHOLE.traceId),
      parent_id: hex(WHOLE.parentId),
      id: hex(WHOLE.id),
      kind: 'CLIENT',
      name: WHOLE.name,
      timestamp: String(WHOLE.timestamp),
      duration: WHOLE.duration,
      local_endpoint: { service_name: 'backend', ipv4: Buffer.from([192, 168, 99, 1]), port: 3306 },
      remote_endpoint: { ipv6: hex('20010db800000000000000000000c001'), port: 58_648 },
      annotations: [{ timestamp: String(WHOLE.annotations[0]!.timestamp), value: 'ws' }],
      tags: Object.fromEntries(WHOLE.tags),
      debug: true,
      shared: true,
    };
    expect(readProtoSpans(encodeSpans(span))).toEqual([WHOLE]);
  });

  it('reads what has ids only', () => {
    expect(readProtoSpans(encodeSpans(ids, ids))).toHaveLength(2);
    expect(readProtoSpans(encodeSpans(ids))).toEqual([
      { traceId: `${'0'.repeat(16)}${IDS.traceId}`, id: IDS.id, annotations: [], tags: [] },
    ]);
  });

  it.each<[string, object, string]>([
    ['no trace id', { id: ids.id }, 'spans[1].trace_id'],
    [
      'an address of 3 bytes',
      { ...ids, local_endpoint: { ipv4: Buffer.alloc(3) } },
      'spans[1].local_endpoint.ipv4: expected 4 bytes, got 3',
    ],
    ['a negative port', { ...ids, local_endpoint: { port: -1 } }, 'spans[1].local_endpoint.port'],
    ['an annotation without a time', { ...ids, annotations: [{ value: 'x' }] }, 'spans[1].annotations[0].timestamp'],
  ])('refuses %s', (_what, span, message) => {
    expect(() => readProtoSpans(encodeSpans(ids, span))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('refuses what is no protobuf', () => {
    expect(() => readProtoSpans(Buffer.from('[{}]'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
