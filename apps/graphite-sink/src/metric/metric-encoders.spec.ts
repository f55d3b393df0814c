import { ByteSink, encodeEvent, formatMetricValue, graphiteLine, type HerculesEvent, readEvent, tag, type Value } from '@hercules/protocol';
import fc from 'fast-check';
import { LineEncoder } from './line-encoder.ts';
import { MetricNameWriter } from './metric-name.ts';
import { MetricReader } from './metric-reader.ts';
import { writeMetricValue } from './metric-value.ts';
import { PickleEncoder } from './pickle-encoder.ts';

const OPTIONS = [
  { tags: false, replaceDots: true },
  { tags: false, replaceDots: false },
  { tags: true, replaceDots: true },
  { tags: true, replaceDots: false },
];

const key = fc.oneof(
  fc.constantFrom('_name', '__metrics_data_type', 'project', 'subproject', 'host', 'a.b'),
  fc.string({ unit: 'binary' }),
);
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('http.requests', 'Größe', '€uro', '🙂x', ''));
const scalar: fc.Arbitrary<Value> = fc.oneof(
  { weight: 8, arbitrary: text.map(tag.string) },
  fc.integer({ min: -5, max: 5 }).map(tag.integer),
);
const pair = fc
  .record({
    key: fc.option(fc.oneof({ weight: 8, arbitrary: key.map(tag.string) }, scalar)),
    value: fc.option(scalar),
    other: fc.option(scalar),
  })
  .map((members) => new Map(Object.entries(members).filter((entry): entry is [string, Value] => entry[1] !== null)));
const number = fc.oneof(
  fc.double(),
  fc.integer().map((n) => n / 8),
  fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1e7),
  fc.integer(),
);
const metricEvent: fc.Arbitrary<HerculesEvent> = fc
  .record({
    timestamp: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    value: fc.oneof({ weight: 9, arbitrary: number.map(tag.double) }, scalar),
    tags: fc.array(pair, { maxLength: 40 }),
    withAggregation: fc.boolean(),
  })
  .map(({ timestamp, value, tags }) => ({
    version: 1,
    timestamp,
    uuid: '11203800-63fd-11e8-83e2-3a587d902000',
    payload: new Map([
      ['value', value],
      ['unit', tag.string('ms')],
      ['tags', tag.vector('container', tags)],
    ]),
  }));

function read(bytes: Buffer): MetricReader | undefined {
  const metric = new MetricReader();
  return metric.read(bytes, 0, bytes.length) ? metric : undefined;
}

describe.each(OPTIONS)('lines with %j', (options) => {
  const encoder = new LineEncoder(new MetricNameWriter(options));

  it('are those of the decoded event', () => {
    fc.assert(
      fc.property(metricEvent, (event) => {
        const bytes = encodeEvent(event);
        const out = new ByteSink(8);
        const metric = read(bytes);
        if (metric !== undefined) encoder.add(out, bytes, metric);
        expect(out.bytes().toString()).toBe(graphiteLine(readEvent(bytes).event, options) ?? '');
      }),
      { numRuns: 500 },
    );
  });
});

describe('the value', () => {
  const written = (value: number): string => {
    const out = new ByteSink(1);
    writeMetricValue(value, out);
    return out.bytes().toString();
  };

  it.each([0, -0, 1.1234567, -0.1234567, 123456789123.123456789, 0.0000005, 0.0000015, 2.5e-7, -1e-9, 1e300, 0.1 + 0.2, 1e15 + 0.5])(
    '%p is written as the reference does',
    (value) => expect(written(value)).toBe(formatMetricValue(value)),
  );

  it('is written as the reference does for any number', () => {
    fc.assert(
      fc.property(number.filter(Number.isFinite), (value) => expect(written(value)).toBe(formatMetricValue(value))),
      { numRuns: 5000 },
    );
  });
});

describe('MetricReader', () => {
  const event = (payload: Record<string, Value>): Buffer =>
    encodeEvent({ version: 1, timestamp: 15n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map(Object.entries(payload)) });
  const tags = tag.vector('container', [new Map([['value', tag.string('x')]])]);

  it.each<[string, Record<string, Value>]>([
    ['without a value', { tags }],
    ['with a value of another type', { value: tag.integer(1), tags }],
    ['with a value that is not finite', { value: tag.double(NaN), tags }],
    ['without tags', { value: tag.double(1) }],
    ['with an empty list of tags', { value: tag.double(1), tags: tag.vector('container', []) }],
    ['with tags of another type', { value: tag.double(1), tags: tag.vector('string', ['x']) }],
    ['meant for an aggregator', { value: tag.double(1), tags, aggregationType: tag.string('sum') }],
  ])('passes over an event %s', (_what, payload) => expect(read(event(payload))).toBeUndefined());

  it('refuses bytes that are no event', () => {
    const bytes = event({ value: tag.double(1), tags });
    expect(() => read(bytes.subarray(0, bytes.length - 1))).toThrow();
  });
});

describe('PickleEncoder', () => {
  it('makes lists that carbon reads, each below its limit', () => {
    const encoder = new PickleEncoder(new MetricNameWriter({ tags: false, replaceDots: true }));
    const out = new ByteSink();
    const names: string[] = [];
    for (let i = 0; i < 3000; i++) {
      names.push(`series${i}`);
      const bytes = encodeEvent({
        version: 1,
        timestamp: BigInt(i) * 10_000_000n,
        uuid: '11203800-63fd-11e8-83e2-3a587d902000',
        payload: new Map([
          ['value', tag.double(i / 3)],
          ['tags', tag.vector('container', [new Map([['value', tag.string(`series${i}`)]])])],
        ]),
      });
      encoder.add(out, bytes, read(bytes)!);
    }
    encoder.finish(out);
    const lists = framesOf(out.bytes());
    expect(lists.length).toBeGreaterThan(1);
    for (const list of lists) expect(list.length).toBeLessThan(1024 * 1024);
    expect(lists.flatMap(unpickle)).toEqual(names.map((name, i) => [name, BigInt(i), i / 3]));
  });
});

function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    frames.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return frames;
}

/** A reader of exactly the opcodes that are written, as Python's pickletools names them. */
function unpickle(list: Buffer): [string, bigint, number][] {
  expect([...list.subarray(0, 4)]).toEqual([0x80, 2, 0x5d, 0x28]);
  expect([...list.subarray(-2)]).toEqual([0x65, 0x2e]);
  const points: [string, bigint, number][] = [];
  let at = 4;
  while (at < list.length - 2) {
    expect(list[at]).toBe(0x58);
    const length = list.readUInt32LE(at + 1);
    const name = list.toString('utf8', at + 5, at + 5 + length);
    at += 5 + length;
    expect([list[at], list[at + 1], list[at + 10], list[at + 19], list[at + 20]]).toEqual([0x8a, 8, 0x47, 0x86, 0x86]);
    points.push([name, list.readBigInt64LE(at + 2), list.readDoubleBE(at + 11)]);
    at += 21;
  }
  return points;
}
