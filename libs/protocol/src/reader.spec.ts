import fc from 'fast-check';
import { BatchChecker } from './batch-checker.ts';
import { ProtocolError } from './errors.ts';
import { tag } from './event.ts';
import { HPath } from './hpath.ts';
import { readBatch, readContainer, readEvent } from './reader.ts';
import { TagSelector } from './tag-selector.ts';
import { caught } from './testing/caught.ts';
import { anyContainer, anyEvent, anyMutations, mutate } from './testing/event-arbitraries.ts';
import { encodeBatch, encodeContainer, encodeEvent } from './writer.ts';

const EVENT = { version: 1, timestamp: 15_276_799_200_000_000n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map() };

describe('readEvent', () => {
  it('gives back what was encoded, wherever it stands', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(20), (event, before) => {
        const bytes = encodeEvent(event);
        const embedded = Buffer.concat([Buffer.alloc(before, 0xff), bytes, Buffer.from([1, 2, 3])]);
        expect(readEvent(embedded, before)).toEqual({ event, end: before + bytes.length });
      }),
    );
  });

  it('reads the worked example of the specification', () => {
    const hex =
      '010036462afd9ef8001120380063fd11e883e23a587d902000000204686f737409000000096c6f63616c686f73740974696d657374616d700500056d6ab2f64c00';
    const payload = new Map([
      ['host', tag.string('localhost')],
      ['timestamp', tag.long(1_527_679_920_000_000n)],
    ]);
    expect(readEvent(Buffer.from(hex, 'hex'))).toEqual({ event: { ...EVENT, payload }, end: 65 });
  });

  it('keeps the last of repeated keys, and reads versions and timestamps that the gateway refuses', () => {
    const bytes = encodeEvent({ ...EVENT, version: 7, timestamp: -5n });
    const tags = Buffer.from('00020161040000000101610400000002', 'hex');
    const { event } = readEvent(Buffer.concat([bytes.subarray(0, 25), tags]));
    expect(event).toEqual({ ...EVENT, version: 7, timestamp: -5n, payload: new Map([['a', tag.integer(2)]]) });
  });

  it('shows bytes that are no UTF-8 as U+FFFD and takes any non-zero flag for true', () => {
    const tags = Buffer.from('00030161090000000261ff016206020163060' + '0', 'hex');
    const { event } = readEvent(Buffer.concat([encodeEvent(EVENT).subarray(0, 25), tags]));
    expect(event.payload).toEqual(new Map([['a', tag.string('a\ufffd')], ['b', tag.flag(true)], ['c', tag.flag(false)]])); // prettier-ignore
  });

  it('copies vectors of bytes, so that they outlive the buffer', () => {
    const bytes = encodeEvent({ ...EVENT, payload: new Map([['v', tag.vector('byte', Buffer.from([1, 2]))]]) });
    const { event } = readEvent(bytes);
    bytes.fill(0);
    expect(event.payload.get('v')).toEqual(tag.vector('byte', Buffer.from([1, 2])));
  });

  it('throws nothing but ProtocolError, whatever the bytes and the offset', () => {
    const offset = fc.oneof(fc.constant(0), fc.integer({ min: -10, max: 200 }), fc.constantFrom(Number.NaN, 0.5, Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(anyEvent, anyMutations, offset, (event, mutations, at) => {
        try {
          readEvent(mutate(encodeEvent(event), mutations), at);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('does not look behind the given end', () => {
    const bytes = encodeEvent({ ...EVENT, payload: new Map([['a', tag.integer(1)]]) });
    const error = caught(() => readEvent(bytes, 0, { end: bytes.length - 1, eventIndex: 4 }));
    expect(error).toMatchObject({ kind: 'truncated', eventIndex: 4, byteOffset: bytes.length - 4 });
  });

  it('bounds depth and nulls as asked', () => {
    const payload = new Map([['v', tag.vector('null', [null, null])]]);
    expect(caught(() => readEvent(encodeEvent({ ...EVENT, payload }), 0, { maxNullVectorLength: 1 }))).toMatchObject({
      kind: 'length-limit',
    });
    expect(caught(() => readEvent(encodeEvent({ ...EVENT, payload }), 0, { maxDepth: 0 }))).toMatchObject({ kind: 'nesting-limit' });
  });
});

it('every reader and writer stands the greatest depth that can be set', () => {
  let value = tag.null();
  for (let depth = 0; depth < 1000; depth++) value = depth % 2 === 0 ? tag.container({ a: value }) : tag.vector(value.type, [value.value]);
  const bytes = encodeBatch([{ ...EVENT, payload: new Map([['a', value]]) }], { maxDepth: 1000 });
  expect(readBatch(bytes, 0, { maxDepth: 1000 })[0]!.payload.get('a')!.type).toBe('vector');
  expect(new BatchChecker({ maxDepth: 1000 }).check(bytes)).toBe(1);
  new TagSelector([HPath.parse('a/a')]).select(bytes, 4, bytes.length);
  expect(caught(() => readBatch(bytes))).toMatchObject({ kind: 'nesting-limit' });
});

describe('readBatch', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 4 }), (events) => expect(readBatch(encodeBatch(events))).toEqual(events)),
      {
        numRuns: 30,
      },
    );
  });

  it('bounds the nulls of all events together, more widely than those of one', () => {
    const payload = new Map([['v', tag.vector('null', [null, null, null])]]);
    const events = Array.from({ length: 11 }, () => ({ ...EVENT, payload }));
    const error = caught(() => readBatch(encodeBatch(events), 0, { maxNullVectorLength: 3 }));
    expect(error).toMatchObject({ kind: 'length-limit', eventIndex: 10 });
    expect(readBatch(encodeBatch(events.slice(1)), 0, { maxNullVectorLength: 3 })).toHaveLength(10);
  });

  it('names the event of a fault', () => {
    expect(caught(() => readBatch(encodeBatch([EVENT, EVENT]).subarray(0, -1)))).toMatchObject({ kind: 'truncated', eventIndex: 1 });
    expect(caught(() => readBatch(Buffer.from('ffffffff', 'hex')))).toMatchObject({ kind: 'negative-count', eventIndex: -1 });
    expect(caught(() => readBatch(Buffer.alloc(3)))).toMatchObject({ kind: 'truncated', eventIndex: -1 });
  });
});

describe('readContainer', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(anyContainer, (container) => {
        const bytes = encodeContainer(container);
        expect(readContainer(bytes)).toEqual({ container, end: bytes.length });
      }),
      { numRuns: 30 },
    );
  });
});
