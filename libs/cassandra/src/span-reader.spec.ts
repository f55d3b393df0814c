import { encodeEvent, type HerculesEvent, selectValue, HPath, tag, type Value } from '@hercules/protocol';
import fc from 'fast-check';
import { SpanReader, UNKNOWN_SERVICE } from './span-reader.ts';

const HEAD = { version: 1, timestamp: 15_276_799_200_000_000n, uuid: '11203800-63fd-11e8-83e2-3a587d902000' };
const TRACE = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736';
const SPAN = '00f067aa-0ba9-02b7-0000-000000000000';

function spanOf(tags: Record<string, Value>, annotations: Record<string, Value> = {}): HerculesEvent {
  return { ...HEAD, payload: new Map(Object.entries({ ...tags, annotations: tag.container(annotations) })) };
}

function read(event: HerculesEvent): SpanReader & { bytes: Buffer } {
  const bytes = encodeEvent(event);
  const reader = new SpanReader();
  reader.read(bytes, 0, bytes.length);
  return Object.assign(reader, { bytes });
}

const ids = { traceId: tag.uuid(TRACE), spanId: tag.uuid(SPAN) };

describe('SpanReader', () => {
  it('finds the ids where they stand', () => {
    const span = read(spanOf({ ...ids, parentSpanId: tag.uuid(TRACE) }));
    const at = (position: number) => span.bytes.toString('hex', position, position + 16);
    expect([at(span.traceIdAt), at(span.spanIdAt), at(span.parentIdAt)]).toEqual([TRACE, SPAN, TRACE].map((id) => id.replaceAll('-', '')));
  });

  it.each<[string, Record<string, Value>]>([
    ['no ids', {}],
    ['ids of another type', { traceId: tag.string(TRACE), spanId: tag.long(1n), parentSpanId: tag.null() }],
  ])('tells %s', (_what, tags) => {
    const { traceIdAt, spanIdAt, parentIdAt } = read(spanOf(tags));
    expect([traceIdAt, spanIdAt, parentIdAt]).toEqual([-1, -1, -1]);
  });

  it.each<[string, Record<string, Value>, bigint, bigint]>([
    ['begin and end', { beginTimestampUtc: tag.long(100n), endTimestampUtc: tag.long(350n) }, 100n, 250n],
    ['an end before the begin', { beginTimestampUtc: tag.long(100n), endTimestampUtc: tag.long(50n) }, 100n, 0n],
    ['a begin alone', { beginTimestampUtc: tag.integer(100) }, 100n, 0n],
    ['an end alone', { endTimestampUtc: tag.long(350n) }, HEAD.timestamp, 0n],
    ['neither', {}, HEAD.timestamp, 0n],
  ])('takes begin and duration of a span with %s', (_what, tags, begin, duration) => {
    const span = read(spanOf({ ...ids, ...tags }));
    expect([span.begin, span.duration]).toEqual([begin, duration]);
  });

  it.each<[string, Record<string, Value>, boolean]>([
    ['no status', {}, false],
    ['status success', { status: tag.string('success') }, false],
    ['status Error', { status: tag.string('Error') }, true],
    ['code 404', { 'http.response.code': tag.integer(404) }, false],
    ['code 500', { 'http.response.code': tag.short(500) }, true],
    ['a code as text', { 'http.response.code': tag.string('500') }, false],
  ])('%s', (_what, annotations, error) => expect(read(spanOf(ids, annotations)).error).toBe(error));

  it.each<[string, Record<string, Value>, string]>([
    ['a client span', { kind: tag.string('http-request-client'), 'http.client.name': tag.string('cart') }, 'cart'],
    ['a server span, which names its caller', { kind: tag.string('http-request-server'), 'http.client.name': tag.string('front') }, ''],
    ['a span that names its target', { targetService: tag.string('stock') }, 'stock'],
    ['a span without a kind', { 'http.client.name': tag.string('x') }, ''],
  ])('tells whom %s has called', (_what, annotations, remote) => expect(read(spanOf(ids, annotations)).remoteService).toBe(remote));

  it('reads any span as the decoded event says, also with the texts of spans before it in mind', () => {
    const reader = new SpanReader();
    const text = fc.oneof(
      fc.constantFrom('front', 'cart', ''),
      fc.string({ unit: 'grapheme' }),
      fc.string({ minLength: 70, maxLength: 80 }),
    );
    const value = fc.oneof({ weight: 4, arbitrary: text.map(tag.string) }, fc.integer({ min: -9, max: 9 }).map(tag.integer));
    const event = fc
      .record({ application: fc.option(value), operation: fc.option(value), other: value })
      .map((members) =>
        spanOf(ids, Object.fromEntries(Object.entries(members).filter((entry): entry is [string, Value] => entry[1] !== null))),
      );
    const textAt = ({ payload }: HerculesEvent, path: string): string => {
      const found = selectValue(payload, HPath.parse(path));
      return found?.type === 'string' ? found.value : '';
    };
    fc.assert(
      fc.property(event, (span) => {
        const bytes = encodeEvent(span);
        reader.read(bytes, 0, bytes.length);
        expect(reader.service).toBe(textAt(span, 'annotations/application') || UNKNOWN_SERVICE);
        expect(reader.operation).toBe(textAt(span, 'annotations/operation'));
      }),
      { numRuns: 1000 },
    );
  });
});
