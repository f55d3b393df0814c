import fc from 'fast-check';
import { BatchChecker } from './batch-checker.ts';
import { DEFAULT_CHECK_LIMITS } from './check-limits.ts';
import { ProtocolError } from './errors.ts';
import { type HerculesEvent, tag, type Value } from './event.ts';
import { readEvent } from './reader.ts';
import { caught, faultOf } from './testing/caught.ts';
import { anyEvent, anyMutations, mutate } from './testing/event-arbitraries.ts';
import { encodeBatch, encodeEvent } from './writer.ts';

const UUID = '11203800-63fd-11e8-83e2-3a587d902000';

function eventWith(payload: HerculesEvent['payload'] = new Map(), change: Partial<HerculesEvent> = {}): HerculesEvent {
  return { version: 1, timestamp: 1n, uuid: UUID, payload, ...change };
}

/** A batch of one event with one tag of empty key, whose type and value are the given bytes. */
function batchWithValue(hex: string): Buffer {
  return Buffer.concat([Buffer.from('00000001', 'hex'), encodeEvent(eventWith()).subarray(0, 25), Buffer.from(`000100${hex}`, 'hex')]);
}

/** The gateway's rules spelled out on the reader: what the checker has to agree with, up to the message. */
function referenceCheck(buf: Buffer): number[] {
  if (buf.length < 4) throw new ProtocolError('truncated', '', -1, 0);
  const count = buf.readInt32BE(0);
  if (count < 0) throw new ProtocolError('negative-count', '', -1, 0);
  const bounds = [4];
  for (let i = 0; i < count; i++) {
    const start = bounds[i]!;
    if (buf.length - start >= 25) {
      if (buf[start] !== 1) throw new ProtocolError('bad-version', '', i, start);
      if (buf.readInt8(start + 1) < 0) throw new ProtocolError('bad-timestamp', '', i, start + 1);
    }
    const { end } = readEvent(buf, start, { eventIndex: i });
    if (end - start > DEFAULT_CHECK_LIMITS.maxEventSize) throw new ProtocolError('event-too-large', '', i, start);
    bounds.push(end);
  }
  return bounds;
}

/** Bounds, or the fault. Messages are compared where both sides have the reader's. */
function outcome(check: () => unknown, withMessage: boolean): unknown {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { message, ...rest } = faultOf(error) as Record<string, unknown>;
    return withMessage ? { message, ...rest } : rest;
  }
}

function boundsOf(checker: BatchChecker, buf: Buffer, start = 0, end = buf.length): number[] {
  const count = checker.check(buf, start, end);
  return [...checker.bounds.subarray(0, count + 1)];
}

function expectAgreement(bytes: Buffer): void {
  expect(outcome(() => boundsOf(new BatchChecker(), bytes), false)).toEqual(outcome(() => referenceCheck(bytes), false));
}

describe('BatchChecker', () => {
  const checker = new BatchChecker();

  it('takes every batch that the writer makes and finds the bounds of its events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 4 }), (events) => {
        const bounds = [4];
        for (const event of events) bounds.push(bounds.at(-1)! + encodeEvent(event).length);
        expect(boundsOf(checker, encodeBatch(events))).toEqual(bounds);
      }),
    );
  });

  it('agrees with the reader on batches with broken bytes: the kind, the event and the byte', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 3 }), anyMutations, (events, mutations) => {
        expectAgreement(mutate(encodeBatch(events), mutations));
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with the reader on bytes behind a good header', () => {
    const header = encodeEvent(eventWith()).subarray(0, 25);
    const code = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(0, 0, 0, 1, 1, 2, 4, 9, 0x0b, 0x80) },
      { weight: 1, arbitrary: fc.nat(255) },
    );
    fc.assert(
      fc.property(fc.array(code, { maxLength: 40 }), (bytes) => {
        expectAgreement(Buffer.concat([Buffer.from([0, 0, 0, 1]), header, Buffer.from(bytes)]));
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with the reader on any bytes at all', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => expectAgreement(Buffer.from(bytes))));
  });

  it('never looks at bytes outside of its range', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 2 }), anyMutations, fc.nat(255), (events, mutations, noise) => {
        const bytes = mutate(encodeBatch(events), mutations);
        const embedded = Buffer.concat([Buffer.alloc(9, noise), bytes, Buffer.alloc(40, noise)]);
        const alone = outcome(() => boundsOf(checker, bytes).map((bound) => bound + 9), true);
        const inside = outcome(() => boundsOf(checker, embedded, 9, 9 + bytes.length), true);
        if (!Array.isArray(alone)) (alone as { byteOffset: number }).byteOffset += 9;
        expect(inside).toEqual(alone);
      }),
      { numRuns: 500 },
    );
  });

  it('says which event, which byte and what was expected', () => {
    const good = encodeEvent(eventWith(new Map([['a', tag.integer(1)]])));
    const bad = Buffer.concat([good.subarray(0, 25), Buffer.from('00010161ff', 'hex')]);
    const batch = Buffer.concat([Buffer.from([0, 0, 0, 2]), good, bad]);
    expect(caught(() => checker.check(batch))).toMatchObject({
      code: 'INVALID_EVENT',
      kind: 'unknown-type',
      eventIndex: 1,
      byteOffset: 4 + good.length + 25 + 4,
      message: 'expected a type code from 0x01 to 0x0b or 0x80, but found 0xff',
    });
  });

  it.each([
    ['', 'truncated', 0],
    ['000000', 'truncated', 0],
    ['ffffffff', 'negative-count', 0],
  ])('refuses the batch %j outside of any event', (hex, kind, byteOffset) => {
    expect(caught(() => checker.check(Buffer.from(hex, 'hex')))).toMatchObject({
      code: 'MALFORMED_BATCH',
      kind,
      eventIndex: -1,
      byteOffset,
    });
  });

  it.each([
    ['a huge count', Buffer.from('7fffffff', 'hex'), 'truncated'],
    ['version 0', encodeBatch([eventWith(undefined, { version: 0 })]), 'bad-version'],
    ['version 2', encodeBatch([eventWith(undefined, { version: 2 })]), 'bad-version'],
    ['a negative timestamp', encodeBatch([eventWith(undefined, { timestamp: -1n })]), 'bad-timestamp'],
    ['a negative string length', batchWithValue('09ffffffff'), 'negative-length'],
    ['a negative vector length', batchWithValue('8002ffffffff'), 'negative-length'],
    ['a string longer than the bytes', batchWithValue('0900000002aa'), 'truncated'],
    ['uuids whose size wraps to 0 in 32 bits', batchWithValue('800a10000000'), 'truncated'],
    ['the greatest length of uuids', batchWithValue('800a7fffffff'), 'truncated'],
    ['the greatest length of longs', batchWithValue('80057fffffff'), 'truncated'],
    ['the greatest length of containers', batchWithValue('80017fffffff0000'), 'truncated'],
    ['the reserved element type', batchWithValue('800000000000'), 'unknown-type'],
    ['too many nulls', batchWithValue('800b000f4241'), 'length-limit'],
    ['too many nulls in several vectors', batchWithValue('8080000000020b0007a1200b0007a121'), 'length-limit'],
  ])('refuses %s', (_what, batch, kind) => {
    expect(caught(() => checker.check(batch))).toMatchObject({ code: 'INVALID_EVENT', kind, eventIndex: 0 });
  });

  it('takes as many nulls as the limit says, in each event', () => {
    const event = batchWithValue('800b000f4240').subarray(4);
    expect(checker.check(Buffer.concat([Buffer.from([0, 0, 0, 2]), event, event]))).toBe(2);
  });

  it('ignores bytes behind the last event, and takes an empty batch', () => {
    expect(checker.check(Buffer.concat([encodeBatch([eventWith()]), Buffer.from('ffff', 'hex')]))).toBe(1);
    expect(checker.check(Buffer.from('00000000ff', 'hex'))).toBe(0);
  });

  it('bounds the size of an event to the byte', () => {
    const event = eventWith(new Map([['s', tag.string('x'.repeat(100))]]));
    const { length } = encodeEvent(event);
    expect(new BatchChecker({ maxEventSize: length }).check(encodeBatch([event, event]))).toBe(2);
    const error = caught(() => new BatchChecker({ maxEventSize: length - 1 }).check(encodeBatch([event])));
    expect(error).toMatchObject({ kind: 'event-too-large', byteOffset: 4, message: expect.stringContaining(`it has ${length}`) });
  });

  it.each([
    ['containers', (inner: Value) => tag.container({ c: inner })],
    ['vectors', (inner: Value) => tag.vector(inner.type, [inner.value])],
  ])('bounds the depth of %s', (_what, wrap) => {
    let value = tag.null();
    for (let depth = 0; depth < 5; depth++) value = wrap(value);
    const batch = encodeBatch([eventWith(new Map([['v', value]]))]);
    expect(new BatchChecker({ maxDepth: 5 }).check(batch)).toBe(1);
    expect(caught(() => new BatchChecker({ maxDepth: 4 }).check(batch))).toMatchObject({ kind: 'nesting-limit', eventIndex: 0 });
  });

  it('stops at the limit in a tower of vectors that would overflow the stack', () => {
    const tower = batchWithValue(`80${'8000000001'.repeat(90_000)}0b00000000`);
    expect(caught(() => checker.check(tower))).toMatchObject({ kind: 'nesting-limit' });
  });

  it('keeps room for the bounds of many events', () => {
    const event = encodeEvent(eventWith());
    const count = Buffer.alloc(4);
    count.writeInt32BE(3000);
    const bounds = boundsOf(checker, Buffer.concat([count, ...Array.from({ length: 3000 }, () => event)]));
    expect(bounds.at(-1)).toBe(4 + 3000 * event.length);
  });

  it.each([
    [-1, 4],
    [3, 2],
    [0, 5],
    [Number.NaN, 4],
  ])('refuses the range %d to %d of 4 bytes', (start, end) => {
    expect(caught(() => checker.check(Buffer.alloc(4), start, end))).toMatchObject({ kind: 'bad-value', eventIndex: -1 });
  });
});
