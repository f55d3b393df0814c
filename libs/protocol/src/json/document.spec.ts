import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HerculesEvent, tag, type Value } from '../event.ts';
import { readEvent } from '../reader.ts';
import { parseStrictJson, type StrictJson } from '../testing/strict-json.ts';
import { ANNOTATION_EVENT_MAPPING, LOG_EVENT_MAPPING, TRACING_MAPPING } from './builtin-mappings.ts';
import { DocumentFormatter, type DocumentOptions } from './document.ts';
import { parseMapping } from './mapping.ts';

interface Vectors {
  readonly vectors: readonly { name: string; kind: string; hex: string }[];
  readonly elasticJson: readonly { event: string; mapping: string; timestampEnabled: boolean; document: string }[];
}

const vectors = JSON.parse(readFileSync(join(__dirname, '../../test-data/vectors.json'), 'utf8')) as Vectors;

function eventOf(payload: Readonly<Record<string, Value>>, timestamp = 0n): HerculesEvent {
  return { version: 1, timestamp, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map(Object.entries(payload)) };
}

function format(mapping: string, payload: Readonly<Record<string, Value>>, options: Omit<DocumentOptions, 'mapping'> = {}): unknown {
  const formatter = new DocumentFormatter({ timestampEnabled: false, ...options, mapping: parseMapping(mapping) });
  return objectOf(parseStrictJson(formatter.toJson(eventOf(payload))));
}

/** For short expectations: objects instead of maps. */
function objectOf(json: StrictJson): unknown {
  if (json instanceof Map) return Object.fromEntries([...json].map(([key, value]) => [key, objectOf(value)]));
  return Array.isArray(json) ? json.map(objectOf) : json;
}

const pair = (key: Value, value: Value) => new Map([['key', key] as const, ['value', value] as const]);

/** The file is a part of a larger set and does not hold every event that a case names. */
function hexOf(event: string): string | undefined {
  return vectors.vectors.find(({ name, kind }) => name === event && kind === 'event')?.hex;
}

describe('DocumentFormatter on the test vectors', () => {
  const cases = vectors.elasticJson.filter(({ event }) => hexOf(event) !== undefined);

  it.each(cases)('renders $event', ({ event, mapping, timestampEnabled, document }) => {
    expect(mapping).toBe('log-event.mapping');
    const formatter = new DocumentFormatter({ mapping: parseMapping(LOG_EVENT_MAPPING), timestampEnabled });
    const json = formatter.toJson(readEvent(Buffer.from(hexOf(event)!, 'hex')).event);
    expect(parseStrictJson(json)).toEqual(parseStrictJson(document));
  });
});

describe('DocumentFormatter', () => {
  it('renders floating numbers so that they stay floating, and those that JSON does not know as strings', () => {
    const payload = {
      whole: tag.double(1),
      zero: tag.double(-0),
      huge: tag.double(-2.5e10),
      tiny: tag.double(5e-324),
      float: tag.float(Math.fround(0.1)),
      smallestFloat: tag.float(2 ** -149),
      largestFloat: tag.float(Math.fround(3.4028235e38)),
      floats: tag.vector('float', [NaN, Infinity, 2]),
      integer: tag.integer(1),
    };
    expect(format('', payload)).toEqual({
      whole: 1,
      zero: -0,
      huge: -2.5e10,
      tiny: 5e-324,
      float: 0.1,
      smallestFloat: 1.4e-45,
      largestFloat: 3.4028235e38,
      floats: ['NaN', 'Infinity', 2],
      integer: 1n,
    });
  });

  it('keeps keys that mean something in JavaScript, and the order of no key counts', () => {
    expect(
      Object.entries(format('', { ['__proto__']: tag.integer(1), constructor: tag.null(), 7: tag.string('x') }) as object).sort(),
    ).toEqual([
      ['7', 'x'],
      ['__proto__', 1n],
      ['constructor', null],
    ]);
  });

  it('writes strings that are no Unicode as escapes', () => {
    const formatter = new DocumentFormatter({ mapping: parseMapping(''), timestampEnabled: false });
    expect(formatter.toJson(eventOf({ v: tag.string('\ud800"\n\u0000') }))).toBe('{"v":"\\ud800\\"\\n\\u0000"}');
  });

  it('puts the time first, so that a tag of that name loses', () => {
    const formatter = new DocumentFormatter({ mapping: parseMapping(''), timestampField: 'at' });
    const event = eventOf({ at: tag.string('later'), '@timestamp': tag.string('kept') }, 15_276_799_201_234_567n);
    expect(objectOf(parseStrictJson(formatter.toJson(event)))).toEqual({ at: '2018-05-30T11:32:00.123456700Z', '@timestamp': 'kept' });
  });

  it('leaves out tags that no directive names when told to', () => {
    expect(format('transform a to b', { a: tag.integer(1), c: tag.integer(2) }, { ignoreUnknownTags: true })).toEqual({ b: 1n });
  });
});

describe('the mapping language', () => {
  it('transform makes objects on the way, and puts nothing for what is missing or null', () => {
    const payload = { a: tag.integer(1), n: tag.null(), c: tag.container({ d: tag.string('x') }) };
    const mapping =
      'transform a to p/q/r\ntransform c/d to p/q/s\ntransform n to p/n\ntransform x to p/x\ntransform a/b to y\ntransform / to z';
    expect(format(mapping, payload)).toEqual({ p: { q: { r: 1n, s: 'x' } } });
  });

  it('the first value that is not null keeps its place', () => {
    const mapping = 'transform a to x\ntransform b to x';
    expect(format(mapping, { a: tag.null(), b: tag.integer(2), x: tag.integer(3) })).toEqual({ x: 2n });
    expect(format(mapping, { a: tag.integer(1), b: tag.integer(2), x: tag.integer(3) })).toEqual({ x: 1n });
    expect(format('move a/* to *', { a: tag.container({ x: tag.null() }), x: tag.integer(3) })).toEqual({ x: 3n });
  });

  it('puts nothing below what is no object, and an object where null was', () => {
    const mapping = 'transform a to x\ntransform b to x/y\ntransform b to z/y';
    expect(format(mapping, { a: tag.integer(1), b: tag.integer(2) })).toEqual({ x: 1n, z: { y: 2n } });
    expect(format('move m/* to *\ntransform b to x/y', { m: tag.container({ x: tag.null() }), b: tag.integer(2) })).toEqual({
      x: { y: 2n },
    });
  });

  it('a source may serve several directives, and what lies below it is claimed with it', () => {
    const payload = { a: tag.container({ b: tag.integer(1), c: tag.integer(2) }) };
    expect(format('transform a to x\ntransform a/b to y', payload)).toEqual({ x: { b: 1n, c: 2n }, y: 1n });
  });

  it('children of a container of which only a part is claimed land at the top', () => {
    const payload = { a: tag.container({ b: tag.integer(1), c: tag.integer(2), d: tag.container({ e: tag.null() }) }) };
    expect(format('transform a/b to x', payload)).toEqual({ x: 1n, c: 2n, d: { e: null } });
    expect(format('transform a/b to x', { a: tag.integer(5) })).toEqual({ a: 5n });
    expect(format('transform a/d/e to x', payload)).toEqual({ b: 1n, c: 2n });
  });

  it('move takes the children of a container to another one, but for the excepted', () => {
    const payload = { p: tag.container({ a: tag.integer(1), b: tag.null(), c: tag.integer(3) }), t: tag.integer(9) };
    expect(format('move p/* to q/r/* except c', payload)).toEqual({ q: { r: { a: 1n, b: null } }, t: 9n });
    expect(format('move p/* to * except a', payload)).toEqual({ b: null, c: 3n, t: 9n });
    expect(format('move p/* to *', { p: tag.integer(1) })).toEqual({});
    expect(format('move p/* to q/*', { p: tag.container({}) })).toEqual({ q: {} });
  });

  it('move of the root drops the excepted and leaves the rest to the step for unclaimed tags', () => {
    const payload = { a: tag.integer(1), b: tag.integer(2) };
    expect(format('move * to * except b', payload)).toEqual({ a: 1n });
    expect(format('move * to * except b', payload, { ignoreUnknownTags: true })).toEqual({});
    expect(format('move * to x/* except b', payload)).toEqual({ x: { a: 1n } });
  });

  it('combine claims all its sources', () => {
    const payload = { begin: tag.long(0n), end: tag.long(50_000n), x: tag.integer(1) };
    expect(format('combine begin,end to latency/ms using latency-ms', payload)).toEqual({ latency: { ms: 5n }, x: 1n });
    expect(format('combine begin,end to ms using latency-ms', { begin: tag.long(0n) })).toEqual({});
  });

  it('project takes pairs of one container or of a vector of them', () => {
    const mapping = 'project t to p with key and value using scalar-to-string';
    const pairs = [
      pair(tag.string('a'), tag.integer(1)),
      pair(tag.null(), tag.integer(2)),
      pair(tag.string('a'), tag.integer(3)),
      new Map(),
    ];
    expect(format(mapping, { t: tag.vector('container', pairs) })).toEqual({ p: { a: '1' } });
    expect(format(mapping, { t: tag.container({ key: tag.long(7n), value: tag.flag(true) }) })).toEqual({ p: { 7: 'true' } });
    expect(format('project t to / with key and value', { t: tag.vector('container', pairs), u: tag.null() })).toEqual({ a: 1n, u: null });
  });
});

describe('the built-in mappings', () => {
  it('log events: properties win over tags, the structured exception over the text', () => {
    const payload = {
      message: tag.string('outer'),
      stackTrace: tag.string('given'),
      exception: tag.container({ type: tag.string('E'), message: tag.string('boom') }),
      properties: tag.container({ message: tag.string('inner'), project: tag.string('shop') }),
    };
    expect(format(LOG_EVENT_MAPPING, payload)).toEqual({ message: 'inner', project: 'shop', stackTrace: 'E: boom' });
    expect(format(LOG_EVENT_MAPPING, { ...payload, exception: tag.string('E') })).toMatchObject({ stackTrace: 'given' });
  });

  it('annotations: each pair is a field, and all are one text', () => {
    const tags = tag.vector('container', [pair(tag.string('project'), tag.string('a.b')), pair(tag.string('tags'), tag.string('taken'))]);
    expect(format(ANNOTATION_EVENT_MAPPING, { description: tag.string('d'), tags })).toEqual({
      description: 'd',
      project: 'a.b',
      tags: 'taken',
    });
    const usual = tag.vector('container', [pair(tag.string('project'), tag.string('a.b'))]);
    expect(format(ANNOTATION_EVENT_MAPPING, { tags: usual })).toEqual({ project: 'a.b', tags: 'project=a_b,subproject=null' });
  });

  it('spans: times in their own zones', () => {
    const payload = {
      traceId: tag.uuid('11203800-63fd-11e8-83e2-3a587d902000'),
      beginTimestampUtc: tag.long(15_276_799_200_000_000n),
      beginTimestampUtcOffset: tag.long(180_000_000_000n),
      endTimestampUtc: tag.long(15_276_799_200_000_001n),
    };
    expect(format(TRACING_MAPPING, payload)).toEqual({
      traceId: '11203800-63fd-11e8-83e2-3a587d902000',
      beginTimestamp: '2018-05-30T16:32:00.000000000+05:00',
      endTimestamp: '2018-05-30T11:32:00.000000100Z',
    });
  });
});
