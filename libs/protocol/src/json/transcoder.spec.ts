import fc from 'fast-check';
import { ByteSink } from '../byte-sink.ts';
import { WIDEST_CHECK_LIMITS } from '../check-limits.ts';
import { ProtocolError } from '../errors.ts';
import { type Container, type HerculesEvent, tag, type Value } from '../event.ts';
import { readEvent } from '../reader.ts';
import { caught, faultOf } from '../testing/caught.ts';
import { anyEvent, anyMutations, mutate } from '../testing/event-arbitraries.ts';
import { parseStrictJson } from '../testing/strict-json.ts';
import { encodeEvent } from '../writer.ts';
import { ANNOTATION_EVENT_MAPPING, LOG_EVENT_MAPPING, TRACING_MAPPING } from './builtin-mappings.ts';
import { DocumentFormatter, type DocumentOptions } from './document.ts';
import { parseMapping } from './mapping.ts';
import { JsonTranscoder } from './transcoder.ts';

function transcode(options: DocumentOptions, bytes: Buffer): string {
  const out = new ByteSink(16);
  new JsonTranscoder(options).write(bytes, 0, bytes.length, out);
  return out.bytes().toString();
}

/** The reader decides what the bytes hold; the transcoder has to say the same without it. */
function expectSame(options: DocumentOptions, bytes: Buffer, transcoder = new JsonTranscoder(options)): void {
  const padded = Buffer.concat([Buffer.from('??'), bytes, Buffer.from('!!')]);
  const out = new ByteSink(1);
  out.text('>');
  transcoder.write(padded, 2, 2 + bytes.length, out);
  const json = out.bytes().toString();
  expect(json[0]).toBe('>');
  const expected = new DocumentFormatter(options).toJson(readEvent(bytes).event);
  expect(parseStrictJson(json.slice(1))).toEqual(parseStrictJson(expected));
}

/** Few names, those of the mappings among them, so that fields meet at the top. */
const name = fc.constantFrom('properties', 'exception', 'stackTrace', 'message', 'tags', 'key', 'value', 'a', 'b', '@timestamp', 'type');
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '"\\\u0000\u001f\u007f\u2028', 'abc', 'я'.repeat(40)),
);

const scalar: fc.Arbitrary<Value> = fc.oneof(
  text.map(tag.string),
  fc.constant(tag.null()),
  fc.integer({ min: 0, max: 255 }).map(tag.byte),
  fc.integer({ min: -0x8000, max: 0x7fff }).map(tag.short),
  fc.integer().map(tag.integer),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(tag.long),
  fc
    .constantFrom(0n, -1n, 1n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 32n, -(2n ** 32n), 2n ** 63n - 1n, -(2n ** 63n), 10n ** 18n)
    .map(tag.long),
  fc.boolean().map(tag.flag),
  fc.float().map(tag.float),
  fc.double().map(tag.double),
  fc.integer().map(tag.double),
  fc.uuid().map(tag.uuid),
);

const { container } = fc.letrec<{ value: Value; container: Container }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    scalar,
    (tie('container') as fc.Arbitrary<Container>).map(tag.container),
    fc.array(tie('container') as fc.Arbitrary<Container>, { maxLength: 3 }).map((elements) => tag.vector('container', elements)),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => tag.vector('byte', Buffer.from(bytes))),
    fc.array(text, { maxLength: 3 }).map((elements) => tag.vector('string', elements)),
  ),
  container: fc
    .array(fc.tuple(fc.oneof(name, name, name, text), tie('value') as fc.Arbitrary<Value>), { maxLength: 6 })
    .map((tags): Container => new Map(tags)),
}));

const meetingEvent: fc.Arbitrary<HerculesEvent> = fc.record({
  version: fc.constant(1),
  timestamp: fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
    fc.bigInt({ min: 15_000_000_000_000_000n, max: 18_000_000_000_000_000n }),
  ),
  uuid: fc.uuid(),
  payload: container,
});

const path = fc
  .array(
    name.filter((segment) => segment !== '@timestamp'),
    { minLength: 1, maxLength: 3 },
  )
  .map((segments) => segments.join('/'));
const wildcard = fc.oneof(
  path.map((at) => `${at}/*`),
  fc.constant('*'),
);
const using = fc.constantFrom(
  '',
  ...['plain', 'scalar-to-string', 'uuid-without-hyphens', 'stack-trace', 'grafana-tags'].map((transformer) => ` using ${transformer}`),
);
const tagName = fc.constantFrom('key', 'value', 'a', 'message');

const directive = fc.oneof(
  fc.tuple(path, path, using).map(([source, target, how]) => `transform ${source} to ${target}${how}`),
  fc.tuple(wildcard, wildcard).map(([source, target]) => `move ${source} to ${target}`),
  fc.tuple(wildcard, wildcard, tagName).map(([source, target, except]) => `move ${source} to ${target} except ${except},b`),
  fc.tuple(path, path, path).map(([a, b, target]) => `combine ${a},${b} to ${target} using latency-ms`),
  fc
    .tuple(path, fc.oneof(path, fc.constant('/')), tagName, using, tagName, using)
    .map(([source, target, key, keyHow, value, valueHow]) => `project ${source} to ${target} with ${key}${keyHow} and ${value}${valueHow}`),
);

const anyMapping = fc.oneof(
  fc.constantFrom(LOG_EVENT_MAPPING, ANNOTATION_EVENT_MAPPING, TRACING_MAPPING, ''),
  fc.array(directive, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n')),
);

const anyOptions: fc.Arbitrary<DocumentOptions> = fc.record({
  mapping: anyMapping.map((mapping) => parseMapping(mapping)),
  timestampEnabled: fc.boolean(),
  timestampField: fc.constantFrom('@timestamp', 'message', 'я"'),
  ignoreUnknownTags: fc.boolean(),
});

const builtIn: readonly DocumentOptions[] = [LOG_EVENT_MAPPING, ANNOTATION_EVENT_MAPPING, TRACING_MAPPING].map((mapping) => ({
  mapping: parseMapping(mapping),
}));

/** Tags of exceptions, most of them of the right type. */
const { exception } = fc.letrec<{ exception: Container }>((tie) => {
  const number = fc.oneof(
    fc.integer().map(tag.integer),
    fc.integer({ min: -99, max: 99 }).map(tag.short),
    fc.nat(255).map(tag.byte),
    scalar,
  );
  const word = fc.oneof(text.map(tag.string), text.map(tag.string), scalar);
  const containers = (element: fc.Arbitrary<Container>) => fc.array(element, { maxLength: 3 }).map((list) => tag.vector('container', list));
  const tags = (fields: Record<string, fc.Arbitrary<Value>>) =>
    fc.record(fields, { requiredKeys: [] }).map((record): Container => new Map(Object.entries(record) as [string, Value][]));
  return {
    exception: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'exception' },
      tags({ type: word, message: word }),
      tags({
        type: word,
        message: word,
        stackFrames: fc.oneof(containers(tags({ type: word, function: word, file: word, line: number, column: number })), scalar),
        innerExceptions: containers(tie('exception') as fc.Arbitrary<Container>),
      }),
    ),
  };
});

describe('JsonTranscoder', () => {
  it('renders exceptions as renderStackTrace does', () => {
    const [options] = builtIn as [DocumentOptions];
    const transcoder = new JsonTranscoder(options);
    fc.assert(
      fc.property(exception, (tags) => {
        const payload = new Map([['exception', tag.container(tags)]]);
        expectSame(options, encodeEvent({ version: 1, timestamp: 0n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload }), transcoder);
      }),
      { numRuns: 200 },
    );
  });

  it('writes what DocumentFormatter writes, for any mapping and events whose tags collide', () => {
    fc.assert(
      fc.property(anyOptions, fc.array(meetingEvent, { minLength: 1, maxLength: 3 }), (options, events) => {
        const transcoder = new JsonTranscoder(options);
        for (const event of events) expectSame(options, encodeEvent(event), transcoder);
      }),
      { numRuns: 400 },
    );
  });

  it('writes what DocumentFormatter writes, for the built-in mappings and any event', () => {
    const transcoders = builtIn.map((options) => new JsonTranscoder(options));
    fc.assert(
      fc.property(fc.oneof(anyEvent, meetingEvent), (event) => {
        const bytes = encodeEvent(event);
        builtIn.forEach((options, i) => expectSame(options, bytes, transcoders[i]));
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with the reader on broken bytes, and leaves the output as long as it was', () => {
    const [options] = builtIn as [DocumentOptions];
    const transcoder = new JsonTranscoder(options);
    fc.assert(
      fc.property(fc.oneof(anyEvent, meetingEvent), anyMutations, (event, mutations) => {
        const bytes = mutate(encodeEvent(event), mutations);
        let fault: unknown;
        try {
          readEvent(bytes);
        } catch (error) {
          fault = error;
        }
        if (fault === undefined) {
          expectSame(options, bytes, transcoder);
          return;
        }
        const out = new ByteSink(1);
        out.text('>');
        const thrown = caught(() => transcoder.write(bytes, 0, bytes.length, out));
        expect(thrown).toBeInstanceOf(ProtocolError);
        expect(faultOf(thrown)).toEqual(faultOf(fault));
        expect(out.bytes().toString()).toBe('>');
      }),
      { numRuns: 600 },
    );
  });

  it('takes the last of repeated keys, at the top, in the moved container and below', () => {
    const event = Buffer.from(
      encodeEvent({
        version: 1,
        timestamp: 0n,
        uuid: '11203800-63fd-11e8-83e2-3a587d902000',
        payload: new Map([
          ['properties', tag.container({ k1: tag.integer(1), k2: tag.null() })],
          ['k3', tag.container({ k1: tag.integer(5), k2: tag.integer(6) })],
          ['k4', tag.integer(3)],
        ]),
      }),
    );
    const text = event.toString('latin1').replaceAll('k2', 'k1').replaceAll('k4', 'k3');
    expectSame(builtIn[0]!, Buffer.from(text, 'latin1'));
    expect(parseStrictJson(transcode({ ...builtIn[0]!, timestampEnabled: false }, Buffer.from(text, 'latin1')))).toEqual(
      new Map<string, unknown>([
        ['k1', null],
        ['k3', 3n],
      ]),
    );
  });

  it.each([
    ['a byte that never occurs', [0x61, 0xff, 0x62]],
    ['a cut character', [0xe2, 0x82]],
    ['a cut character before another', [0xe2, 0x82, 0x61]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a number above the last character', [0xf4, 0x90, 0x80, 0x80]],
    ['a lone continuation', [0x80, 0x80]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61]],
  ])('renders %s as Node decodes it, in values and in keys', (_, sequence) => {
    for (const filler of ['', 'x'.repeat(70)]) {
      const bytes = Buffer.concat([Buffer.from(filler), Buffer.from(sequence), Buffer.from(filler)]);
      const placeholder = '\u0001'.repeat(bytes.length);
      const event = encodeEvent({
        version: 1,
        timestamp: 0n,
        uuid: '11203800-63fd-11e8-83e2-3a587d902000',
        payload: new Map([
          ['v', tag.string(placeholder)],
          [placeholder, tag.integer(1)],
          ['properties', tag.container({ [placeholder]: tag.string(placeholder) })],
        ]),
      });
      const spoiled = event.toString('latin1').replaceAll(placeholder, bytes.toString('latin1'));
      expectSame(builtIn[0]!, Buffer.from(spoiled, 'latin1'));
    }
  });

  it('renders many different keys, more than any cache of them would hold', () => {
    const [options] = builtIn as [DocumentOptions];
    const transcoder = new JsonTranscoder(options);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 50; i++) {
        const properties = Object.fromEntries(Array.from({ length: 300 }, (_, k) => [`key-${round}-${i}-${k}`, tag.integer(k)]));
        const event = encodeEvent({
          version: 1,
          timestamp: 0n,
          uuid: '11203800-63fd-11e8-83e2-3a587d902000',
          payload: new Map([['properties', tag.container(properties)]]),
        });
        expectSame(options, event, transcoder);
      }
    }
  });

  it('renders the greatest depth that the reader takes, and refuses one more as it does', () => {
    const nested = (levels: number): Value => (levels === 0 ? tag.integer(1) : tag.container({ v: nested(levels - 1) }));
    const event = (levels: number) =>
      encodeEvent(
        { version: 1, timestamp: 0n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map([['v', nested(levels)]]) },
        { maxDepth: WIDEST_CHECK_LIMITS.maxDepth },
      );
    for (const options of builtIn) {
      expectSame(options, event(64));
      const deep = event(65);
      expect(faultOf(caught(() => transcode(options, deep)))).toEqual(faultOf(caught(() => readEvent(deep))));
    }
  });

  it('renders times of every length and order', () => {
    const options: DocumentOptions = { mapping: parseMapping('') };
    const transcoder = new JsonTranscoder(options);
    const times = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: 0n, max: 2_534_023_008_000_000_000n }));
    fc.assert(
      fc.property(times, fc.bigInt({ min: -20_000_000n, max: 20_000_000n }), (timestamp, step) => {
        for (const ticks of [timestamp, BigInt.asIntN(64, timestamp + step), timestamp]) {
          const uuid = '11203800-63fd-11e8-83e2-3a587d902000';
          expectSame(options, encodeEvent({ version: 1, timestamp: ticks, uuid, payload: new Map() }), transcoder);
        }
      }),
      { numRuns: 200 },
    );
  });
});
