import { encodeEvent, tag, type Container, type Value, type Vector } from '@hercules/protocol';

/**
 * Events that files of test vectors name but may leave out, because the set they come from is larger. Each is rebuilt from what such files
 * say of it: its document, its stack trace, its index names and its id. Whether that is right, the cases that name it tell.
 */
export function leftOutEvents(): Map<string, Buffer> {
  return new Map(Object.entries(PAYLOADS).map(([name, payload]) => [name, encodeEvent({ ...HEAD, payload: payloadOf(payload) })]));
}

/** All events of the set share their time and their uuid. */
const HEAD = { version: 1, timestamp: 15_276_799_200_000_000n, uuid: '11203800-63fd-11e8-83e2-3a587d902000' };

const nestedVectors: Vector[] = [
  { elementType: 'byte', elements: Buffer.of(1, 2) },
  { elementType: 'string', elements: ['x'] },
  { elementType: 'vector', elements: [{ elementType: 'null', elements: [null] }] },
];

const PAYLOADS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  'vector-of-byte': { v: tag.vector('byte', Buffer.of(0, 127, 128, 255)) },
  'vector-of-double': { v: tag.vector('double', [0.1, -2.5e10]) },
  'vector-of-vector': { v: tag.vector('vector', nestedVectors) },
  'scalar-float-nan': { v: tag.float(NaN) },
  'scalar-long-min': { v: tag.long(-(2n ** 63n)) },
  'log-event': {
    level: tag.string('Error'),
    message: tag.string('boom'),
    exception: tag.container({
      type: tag.string('System.Exception'),
      message: tag.string('boom'),
      stackFrames: containers(
        { type: 'App.Main', function: 'Run', file: 'Main.cs', line: 42, column: 7 },
        { type: 'App.Main', function: 'Entry' },
      ),
      innerExceptions: tag.vector('container', [
        payloadOf({
          type: tag.string('System.IO.IOException'),
          message: tag.string('disk'),
          stackFrames: containers({ function: 'Read', line: 3 }),
        }),
      ]),
    }),
    properties: tag.container({ project: tag.string('shop'), environment: tag.string('prod'), subproject: tag.string('cart') }),
  },
};

function payloadOf(tags: Readonly<Record<string, Value>>): Container {
  return new Map(Object.entries(tags));
}

function containers(...frames: readonly Readonly<Record<string, string | number>>[]): Value {
  const asTag = (value: string | number): Value => (typeof value === 'string' ? tag.string(value) : tag.integer(value));
  return tag.vector(
    'container',
    frames.map((frame) => payloadOf(Object.fromEntries(Object.entries(frame).map(([key, value]) => [key, asTag(value)])))),
  );
}
