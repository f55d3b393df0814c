import fc from 'fast-check';
import { BatchChecker } from './batch-checker.ts';
import { type Container, tag, type Value, type VectorElement } from './event.ts';
import { EventWriter } from './event-writer.ts';
import { readBatch } from './reader.ts';
import { caught } from './testing/caught.ts';
import { anyEvent } from './testing/event-arbitraries.ts';
import type { TypeName } from './type-code.ts';
import { encodeBatch } from './writer.ts';

const UUID = '11203800-63fd-11e8-83e2-3a587d902000';

function writeTags(writer: EventWriter, tags: Container): void {
  for (const [key, { type, value }] of tags) writeValue(writer, key, type, value);
}

function writeValue(writer: EventWriter, key: string | null, type: TypeName, value: VectorElement): void {
  if (type === 'container') {
    writer.beginContainer(key);
    writeTags(writer, value as Container);
    writer.endContainer();
  } else if (type === 'vector') {
    const { elementType, elements } = (value as unknown as Extract<Value, { type: 'vector' }>['value']) ?? {};
    writer.beginVector(key, elementType);
    for (const element of elements) writeValue(writer, null, elementType, element);
    writer.endVector();
  } else if (type === 'null') writer.null(key);
  else (writer[type] as (key: string | null, value: unknown) => void).call(writer, key, value);
}

describe('EventWriter', () => {
  it('writes the same bytes as the encoder of objects', () => {
    const writer = new EventWriter(1);
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 3 }), (events) => {
        writer.reset();
        for (const event of events) {
          writer.beginEvent(event.timestamp, event.uuid);
          writeTags(writer, event.payload);
          writer.endEvent();
        }
        expect(writer.batch().equals(encodeBatch(events))).toBe(true);
        expect(writer.events().equals(encodeBatch(events).subarray(4))).toBe(true);
        expect(writer.eventCount).toBe(events.length);
        expect(writer.byteLength).toBe(writer.batch().length);
      }),
    );
  });

  it('takes uuids and strings as bytes, and vectors of bytes at once', () => {
    const writer = new EventWriter();
    writer.beginEvent(1n, Buffer.from(UUID.replaceAll('-', ''), 'hex'));
    writer.uuid('u', Buffer.alloc(16, 0xff));
    writer.bytes('b', Uint8Array.of(1, 255));
    writer.stringBytes('s', Buffer.from('-привет-'), 1, 13);
    expect(writer.endEvent()).toBe(4);
    const [event] = readBatch(writer.batch());
    expect(event).toMatchObject({ uuid: UUID, timestamp: 1n });
    expect(event!.payload).toEqual(
      new Map([
        ['u', tag.uuid('ffffffff-ffff-ffff-ffff-ffffffffffff')],
        ['b', tag.vector('byte', Buffer.from([1, 255]))],
        ['s', tag.string('привет')],
      ]),
    );
  });

  it('leaves the event as it was when a value is refused', () => {
    const writer = new EventWriter();
    writer.beginEvent(1n, UUID);
    writer.string('a', 'x');
    const refused = [
      () => writer.integer('b', 1.5),
      () => writer.string('k'.repeat(256), 'x'),
      () => writer.string(null, 'without a key'),
      () => writer.beginVector('v', 'decimal' as TypeName),
    ];
    for (const call of refused) expect(caught(call)).toMatchObject({ kind: 'bad-value' });
    writer.beginVector('v', 'short');
    expect(caught(() => writer.integer(null, 1))).toMatchObject({ kind: 'bad-value', message: expect.stringContaining('type short') });
    expect(caught(() => writer.short('key', 1))).toMatchObject({ kind: 'bad-value' });
    writer.short(null, 7);
    writer.endVector();
    writer.endEvent();
    expect(readBatch(writer.batch())[0]!.payload).toEqual(new Map([['a', tag.string('x')], ['v', tag.vector('short', [7])]])); // prettier-ignore
  });

  it('refuses calls out of order', () => {
    const writer = new EventWriter();
    for (const call of [() => writer.null('a'), () => writer.endEvent(), () => writer.endContainer(), () => writer.endVector()]) {
      expect(caught(call)).toMatchObject({ kind: 'bad-value', message: expect.stringContaining('out of order') });
    }
    writer.beginEvent(1n, UUID);
    writer.beginContainer('c');
    for (const call of [() => writer.beginEvent(1n, UUID), () => writer.endEvent(), () => writer.endVector()]) {
      expect(caught(call)).toMatchObject({ message: expect.stringContaining('out of order') });
    }
  });

  it('gives out finished events only, and can drop one', () => {
    const writer = new EventWriter();
    writer.beginEvent(1n, UUID);
    writer.endEvent();
    writer.beginEvent(2n, UUID);
    writer.beginContainer('c');
    expect(new BatchChecker().check(writer.batch())).toBe(1);
    expect(writer.events().length).toBe(27);
    writer.discardEvent();
    writer.beginEvent(3n, UUID);
    writer.endEvent();
    expect(readBatch(writer.batch()).map(({ timestamp }) => timestamp)).toEqual([1n, 3n]);
    writer.discardEvent();
    expect(writer.eventCount).toBe(2);
  });

  it('refuses what the header cannot hold, and goes on', () => {
    const writer = new EventWriter();
    expect(caught(() => writer.beginEvent(2n ** 63n, UUID))).toMatchObject({ kind: 'bad-value' });
    expect(caught(() => writer.beginEvent(1n, 'x'))).toMatchObject({ kind: 'bad-value' });
    writer.beginEvent(5n, UUID);
    writer.endEvent();
    expect(readBatch(writer.batch())).toHaveLength(1);
  });

  it('bounds depth and the number of tags', () => {
    const writer = new EventWriter();
    writer.beginEvent(1n, UUID);
    for (let depth = 0; depth < 64; depth++) writer.beginContainer('c');
    expect(caught(() => writer.beginContainer('c'))).toMatchObject({ kind: 'nesting-limit' });
    expect(caught(() => writer.beginVector('v', 'byte'))).toMatchObject({ kind: 'nesting-limit' });
    for (let i = 0; i < 65_535; i++) writer.null('n');
    expect(caught(() => writer.null('n'))).toMatchObject({ kind: 'bad-value' });
    for (let depth = 0; depth < 64; depth++) writer.endContainer();
    writer.endEvent();
    expect(new BatchChecker().check(writer.batch())).toBe(1);
  });
});
