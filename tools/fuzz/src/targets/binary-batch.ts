import { BatchChecker, encodeBatch, type HerculesEvent, tag, type Value } from '@hercules/protocol';
import { checkDocuments, checkForeignBatch, LIMITS } from '../check-batch.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

const UUID = '11203800-63fd-11e8-83e2-3a587d902000';
/** A value of every type. */
const VALUES: readonly (readonly [string, Value])[] = [
  ['byte', tag.byte(200)],
  ['short', tag.short(-5)],
  ['integer', tag.integer(70_000)],
  ['long', tag.long(-(2n ** 60n))],
  ['flag', tag.flag(true)],
  ['float', tag.float(1.5)],
  ['double', tag.double(-0.1)],
  ['message', tag.string('Grüße 🎉')],
  ['uuid', tag.uuid(UUID)],
  ['null', tag.null()],
  ['properties', tag.container({ project: tag.string('shop'), inner: tag.container({ x: tag.null() }) })],
  ['bytes', tag.vector('byte', Buffer.from([1, 2, 255]))],
  [
    'vectors',
    tag.vector('vector', [
      { elementType: 'string', elements: ['a', 'b'] },
      { elementType: 'null', elements: [null, null] },
    ]),
  ],
  ['containers', tag.vector('container', [new Map([['key', tag.string('k')]]), new Map()])],
];

function event(values: readonly (readonly [string, Value])[]): HerculesEvent {
  return { version: 1, timestamp: 17_640_000_000_000_000n, uuid: UUID, payload: new Map(values) };
}

/** The batch that producers send (protocol §6): what the checker lets in must be readable for everybody after it. */
export function binaryBatch(): FuzzTarget {
  const checker = new BatchChecker(LIMITS);
  return {
    seeds: [encodeBatch([event(VALUES)]), encodeBatch(VALUES.map((value) => event([value]))), encodeBatch([event([])]), encodeBatch([])],
    hostile: [deepContainers(60), deepContainers(50_000), nulls(0x7fff_ffff), nulls(1_000_000)],
    tokens: VALUES.map((value) => encodeBatch([event([value])]).subarray(HEADER_BYTES + 2)),
    run(input) {
      const count = checker.check(input);
      const batch = input.subarray(0, checker.bounds[count]);
      checkForeignBatch(batch);
      checkDocuments(batch);
    },
  };
}

/** A count of one, and an event up to its payload. */
const HEADER_BYTES = 4 + 25;

function header(): Buffer {
  return encodeBatch([event([])]).subarray(0, HEADER_BYTES);
}

/** One event of containers within containers. */
function deepContainers(depth: number): Buffer {
  const levels = Array.from({ length: depth }, () => Buffer.from([0, 1, 1, 0x61, 1]));
  return Buffer.concat([header(), ...levels, Buffer.from([0, 0])]);
}

/** One event with a vector of nulls, which take no bytes. */
function nulls(count: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(count);
  return Buffer.concat([header(), Buffer.from([0, 1, 1, 0x61, 0x80, 0x0b]), length]);
}
