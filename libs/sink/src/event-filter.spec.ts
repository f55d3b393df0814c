import { encodeEvent, tag, type Value } from '@hercules/protocol';
import { createEventFilter, type EventFilterConfig, eventFilterSchema } from './event-filter.ts';

function accepts(config: unknown, payload: Record<string, Value>): boolean {
  const bytes = encodeEvent({
    version: 1,
    timestamp: 1n,
    uuid: '11203800-63fd-11e8-83e2-3a587d902000',
    payload: new Map(Object.entries(payload)),
  });
  return createEventFilter(eventFilterSchema.parse(config)).accepts(bytes, 0, bytes.length);
}

const shop = { properties: tag.container({ project: tag.string('shop'), environment: tag.string('prod') }) };
const paths = ['properties/project', 'properties/environment'];

describe.each(['blacklist', 'whitelist'] as const)('%s', (type) => {
  const onMatch = type === 'whitelist';

  it.each<[patterns: string[], matches: boolean]>([
    [['shop:prod'], true],
    [['shop:*'], true],
    [['*:*'], true],
    [['shop:test'], false],
    [['sho:*'], false],
    [['other:*', '*:prod'], true],
    [[], false],
  ])('decides by the patterns %j', (patterns, matches) => {
    expect(accepts({ type, paths, patterns }, shop)).toBe(matches ? onMatch : !onMatch);
  });

  it('takes an absent tag for * only', () => {
    expect(accepts({ type, paths, patterns: ['shop:*'] }, { properties: tag.container({ project: tag.string('shop') }) })).toBe(onMatch);
    expect(accepts({ type, paths, patterns: ['shop:prod'] }, { properties: tag.container({ project: tag.string('shop') }) })).toBe(
      !onMatch,
    );
  });

  it.each<[string, string, Value, Value]>([
    ['BYTE', '-1', tag.byte(255), tag.byte(1)],
    ['SHORT', '-5', tag.short(-5), tag.integer(-5)],
    ['INTEGER', '42', tag.integer(42), tag.long(42n)],
    ['LONG', '9223372036854775807', tag.long(2n ** 63n - 1n), tag.long(2n ** 63n - 2n)],
    ['FLAG', 'true', tag.flag(true), tag.flag(false)],
    ['FLOAT', '0.125', tag.float(0.125), tag.double(0.125)],
    ['DOUBLE', '1.5', tag.double(1.5), tag.double(1.25)],
    [
      'UUID',
      '11203800-63fd-11e8-83e2-3a587d902000',
      tag.uuid('11203800-63fd-11e8-83e2-3a587d902000'),
      tag.string('11203800-63fd-11e8-83e2-3a587d902000'),
    ],
    ['NULL', 'null', tag.null(), tag.string('null')],
  ])('wants the very type %s', (scalar, value, same, other) => {
    const config = { type, paths: ['v'], types: [scalar], patterns: [value] };
    expect(accepts(config, { v: same })).toBe(onMatch);
    expect(accepts(config, { v: other })).toBe(!onMatch);
  });
});

it('the switcher accepts all or nothing', () => {
  expect(accepts({ type: 'switcher' }, shop)).toBe(true);
  expect(accepts({ type: 'switcher', on: false }, shop)).toBe(false);
});

it.each<[Partial<EventFilterConfig>, RegExp]>([
  [{ paths, patterns: ['shop'] }, /pattern "shop": expected 2 values joined by ":", got 1/],
  [{ paths, types: ['STRING'], patterns: [] }, /2 paths and 1 types/],
  [{ paths: ['v'], types: ['BYTE'], patterns: ['300'] }, /"300" is no value of type BYTE/],
  [{ paths: ['v'], types: ['INTEGER'], patterns: ['1.5'] }, /"1.5" is no value of type INTEGER/],
  [{ paths: ['v'], types: ['FLAG'], patterns: ['yes'] }, /"yes" is no value of type FLAG/],
  [{ paths: ['v'], types: ['UUID'], patterns: ['1'] }, /"1" is no value of type UUID/],
])('names the mistake in %j', (config, message) => {
  expect(() => createEventFilter(eventFilterSchema.parse({ type: 'blacklist', ...config }))).toThrow(message);
});
