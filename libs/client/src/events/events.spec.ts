import { type Container, readBatch, renderStackTrace, type Value } from '@hercules/protocol';
import { EventWriter } from '@hercules/protocol/writing';
import { writeAnnotation } from './annotation.ts';
import { writeLog } from './log-entry.ts';
import { writeMetric } from './metric.ts';
import { writeSpan } from './span.ts';
import { writeTags } from './tag-value.ts';
import { ticksOf } from './time.ts';

function payloadOf(write: (writer: EventWriter) => void): Container {
  const writer = new EventWriter();
  writer.beginEvent(1n, '00000000-0000-0000-0000-000000000001');
  write(writer);
  writer.endEvent();
  return readBatch(writer.batch())[0]!.payload;
}

/** Containers as objects, other values as `type value`, vectors as { type: elements }. */
function shown(container: Container): Record<string, unknown> {
  return Object.fromEntries([...container].map(([key, value]) => [key, shownValue(value)]));
}

function shownValue({ type, value }: Value): unknown {
  if (type === 'container') return shown(value);
  if (type !== 'vector') return `${type} ${String(value)}`;
  const { elementType, elements } = value;
  if (Buffer.isBuffer(elements)) return { [elementType]: elements.toString('hex') };
  return { [elementType]: elements.map((each) => (each instanceof Map ? shown(each) : each)) };
}

describe('tags', () => {
  it('have the nearest type', () => {
    const error = new Error('boom');
    const tags = payloadOf((writer) =>
      writeTags(writer, {
        s: 'ä',
        i: -5,
        l: 2 ** 40,
        d: 1.5,
        huge: 2 ** 60,
        zero: -0,
        nan: Number.NaN,
        big: 2n ** 62n,
        bigger: 2n ** 64n,
        f: true,
        none: null,
        left: undefined,
        date: new Date(0),
        bytes: Buffer.from([1, 255]),
        ints: [1, 2 ** 40],
        mixed: [1, 'a', 5n],
        nulls: [null, null],
        empty: [],
        objects: [{ a: 1 }, { b: [true] }],
        o: { error },
      }),
    );
    expect(shown(tags)).toEqual({
      s: 'string ä',
      i: 'integer -5',
      l: `long ${2 ** 40}`,
      d: 'double 1.5',
      huge: `double ${2 ** 60}`,
      zero: 'double 0',
      nan: 'double NaN',
      big: `long ${2n ** 62n}`,
      bigger: `string ${2n ** 64n}`,
      f: 'flag true',
      none: 'null null',
      date: 'string 1970-01-01T00:00:00.000Z',
      bytes: { byte: '01ff' },
      ints: { long: [1n, BigInt(2 ** 40)] },
      mixed: 'string [1,"a","5"]',
      nulls: { null: [null, null] },
      empty: { string: [] },
      objects: { container: [{ a: 'integer 1' }, { b: { flag: [true] } }] },
      o: { error: `string ${error.stack}` },
    });
  });
});

describe('a log entry', () => {
  it('keeps the parts of an exception, and its cause', () => {
    class PaymentError extends Error {
      override readonly name = 'PaymentError';
    }
    const error = new PaymentError('no funds', { cause: new TypeError('inner') });
    const payload = payloadOf((writer) => writeLog(writer, { level: 'Error', message: 'm', exception: error, properties: { order: 5 } }));
    expect(shown(payload)).toMatchObject({ level: 'string Error', message: 'string m', properties: { order: 'integer 5' } });
    const exception = payload.get('exception');
    const text = renderStackTrace(exception!.type === 'container' ? exception!.value : new Map());
    expect(text).toMatch(/^PaymentError: no funds\n {4}at .+events\.spec\.ts:\d+:\d+\)/);
    expect(text).toMatch(/\n {2}Caused by: TypeError: inner\n/);
  });

  it('takes an error without a stack, and causes that go round in circles', () => {
    const error = new Error('round');
    delete error.stack;
    error.cause = error;
    expect(shown(payloadOf((writer) => writeLog(writer, { exception: error })))).toMatchObject({
      exception: { type: 'string Error', message: 'string round' },
    });
  });
});

describe('the other events', () => {
  it('a metric: its tags in their order, then its name', () => {
    const payload = payloadOf((writer) => writeMetric(writer, { name: 'requests', value: 2, tags: { host: 'h', dc: 'd' }, unit: 's' }));
    const pair = (key: string, value: string) => ({ key: `string ${key}`, value: `string ${value}` });
    expect(shown(payload)).toEqual({
      value: 'double 2',
      tags: { container: [pair('host', 'h'), pair('dc', 'd'), pair('_name', 'requests')] },
      unit: 'string s',
    });
    expect(() => payloadOf((writer) => writeMetric(writer, { name: 'x', value: Number.NaN }))).toThrow(RangeError);
  });

  it('a span: ids of 64 bits as the upper half', () => {
    const payload = payloadOf((writer) =>
      writeSpan(writer, {
        traceId: '4BF92F3577B34DA6A3CE929D0E0E4736',
        spanId: '00f067aa0ba902b7',
        parentSpanId: '11111111-2222-3333-4444-555555555555',
        begin: new Date(1000),
        end: 1001.5,
        operation: 'GET /',
        application: 'shop',
        annotations: { 'http.response.code': 200 },
      }),
    );
    expect(shown(payload)).toEqual({
      traceId: 'uuid 4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
      spanId: 'uuid 00f067aa-0ba9-02b7-0000-000000000000',
      parentSpanId: 'uuid 11111111-2222-3333-4444-555555555555',
      beginTimestampUtc: 'long 10000000',
      endTimestampUtc: 'long 10015000',
      annotations: { operation: 'string GET /', application: 'string shop', 'http.response.code': 'integer 200' },
    });
    const bad = { traceId: 'x', spanId: '00f067aa0ba902b7', begin: 0, end: 0 };
    expect(() => payloadOf((writer) => writeSpan(writer, bad))).toThrow(/traceId: expected 32 hex digits/);
  });

  it('an annotation', () => {
    const payload = payloadOf((writer) => writeAnnotation(writer, { description: 'deployed', tags: { service: 'cart' } }));
    expect(shown(payload)).toEqual({
      description: 'string deployed',
      tags: { container: [{ key: 'string service', value: 'string cart' }] },
    });
  });

  it('times in every form', () => expect([ticksOf(5n), ticksOf(1.25), ticksOf(new Date(2))]).toEqual([5n, 12_500n, 20_000n]));
});
