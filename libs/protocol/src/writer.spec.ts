import { ProtocolError } from './errors.ts';
import { type HerculesEvent, tag, type Value } from './event.ts';
import { readEvent } from './reader.ts';
import { caught } from './testing/caught.ts';
import { encodeBatch, encodeEvent } from './writer.ts';

const UUID = '11203800-63fd-11e8-83e2-3a587d902000';

function eventWith(tags: Record<string, Value>): HerculesEvent {
  return { version: 1, timestamp: 15_276_799_200_000_000n, uuid: UUID, payload: new Map(Object.entries(tags)) };
}

describe('encodeEvent', () => {
  it('writes the worked examples of the specification', () => {
    const nulls = tag.vector('null', [null, null, null]);
    const inner = [
      { elementType: 'byte', elements: [1, 2] },
      { elementType: 'string', elements: ['x'] },
      { elementType: 'vector', elements: [{ elementType: 'null', elements: [null] }] },
    ] as const;
    const header = '010036462afd9ef8001120380063fd11e883e23a587d902000';
    expect(encodeEvent(eventWith({ v: nulls })).toString('hex')).toBe(`${header}00010176800b00000003`);
    expect(encodeEvent(eventWith({ v: tag.vector('vector', inner) })).toString('hex')).toBe(
      `${header}00010176808000000003` + '02000000020102' + '09000000010000000178' + '80000000010b00000001',
    );
  });

  it.each<[string, Value]>([
    ['a byte of 256', tag.byte(256)],
    ['a negative byte', tag.byte(-1)],
    ['a fraction in a short', tag.short(1.5)],
    ['a short of 32768', tag.short(32768)],
    ['an integer of 2^31', tag.integer(2 ** 31)],
    ['a long of 2^63', tag.long(2n ** 63n)],
    ['a number for a long', tag.long(1 as unknown as bigint)],
    ['a text for a double', tag.double('1' as unknown as number)],
    ['a number for a flag', tag.flag(1 as unknown as boolean)],
    ['a number for a string', tag.string(1 as unknown as string)],
    ['a uuid without hyphens', tag.uuid(UUID.replaceAll('-', ''))],
    ['a value for null', { type: 'null', value: 0 as unknown as null }],
    ['an object for a container', { type: 'container', value: {} as never }],
    ['nothing for a vector', { type: 'vector', value: undefined as never }],
    ['bytes in a vector of shorts', tag.vector('short', Buffer.from([1]))],
    ['an element of another type', tag.vector('string', ['a', 1])],
    ['a type that does not exist', { type: 'decimal' as 'null', value: null }],
  ])('refuses %s and names the tag', (_what, value) => {
    const error = caught(() => encodeEvent(eventWith({ outer: tag.container({ inner: value }) })));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({
      kind: 'bad-value',
      eventIndex: 0,
      byteOffset: -1,
      message: expect.stringMatching(/^tag "outer\/inner": expected /),
    });
  });

  it('refuses keys above 255 bytes and containers above 65535 tags', () => {
    expect(encodeEvent(eventWith({ ['ж'.repeat(127)]: tag.null() })).length).toBe(27 + 1 + 254 + 1);
    expect(() => encodeEvent(eventWith({ ['ж'.repeat(128)]: tag.null() }))).toThrow(/expected a key of at most 255 bytes/);
    expect(() => encodeEvent(eventWith({ ['x'.repeat(256)]: tag.null() }))).toThrow(/expected a key of at most 255 bytes/);
    const many = Array.from({ length: 65_535 }, (_, i) => [`${i}`, tag.null()] as const);
    expect(readEvent(encodeEvent({ ...eventWith({}), payload: new Map(many) })).event.payload.size).toBe(65_535);
    const tooMany = new Map([...many, ['more', tag.null()] as const]);
    expect(() => encodeEvent({ ...eventWith({}), payload: tooMany })).toThrow(/at most 65535 tags/);
  });

  it('stops at the depth limit, also in an object that contains itself', () => {
    const self = new Map<string, Value>();
    self.set('self', { type: 'container', value: self });
    expect(caught(() => encodeEvent({ ...eventWith({}), payload: self }))).toMatchObject({ kind: 'nesting-limit' });
    const two = eventWith({ a: tag.container({ b: tag.container({}) }) });
    expect(encodeEvent(two, { maxDepth: 2 }).length).toBe(27 + 3 + 2 + 3 + 2);
    expect(caught(() => encodeEvent(two, { maxDepth: 1 }))).toMatchObject({ kind: 'nesting-limit' });
  });

  it.each([
    ['a version above 255', { version: 256 }],
    ['a timestamp above 64 bits', { timestamp: 2n ** 63n }],
    ['a broken uuid', { uuid: 'x' }],
  ])('refuses %s', (_what, change) => {
    expect(caught(() => encodeBatch([eventWith({}), { ...eventWith({}), ...change }]))).toMatchObject({ kind: 'bad-value', eventIndex: 1 });
  });
});
