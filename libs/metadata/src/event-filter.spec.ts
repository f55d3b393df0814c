import { encodeEvent, tag, type Value } from '@hercules/protocol';
import type { Condition } from './condition.ts';
import { compileFilters } from './event-filter.ts';
import type { Filter } from './filter.ts';

function eventWith(payload: Record<string, Value>): Buffer {
  return encodeEvent({
    version: 1,
    timestamp: 1n,
    uuid: '11203800-63fd-11e8-83e2-3a587d902000',
    payload: new Map(Object.entries(payload)),
  });
}

function accepts(filters: Filter[], payload: Record<string, Value>): boolean {
  const event = eventWith(payload);
  const padded = Buffer.concat([Buffer.alloc(7, 0xff), event, Buffer.alloc(3, 0xff)]);
  return compileFilters(filters).accepts(padded, 7, 7 + event.length);
}

const passes = (condition: Condition, value?: Value) => accepts([{ path: 'a', condition }], value === undefined ? {} : { a: value });
const not = (condition: Condition): Condition => ({ type: 'negate', condition });
/** A Byte is an unsigned one in the event model, but conditions take it as signed, as hashes do. */
const integers = (value: number): Value[] => [tag.byte(value & 0xff), tag.short(value), tag.integer(value), tag.long(BigInt(value))];

describe('compileFilters', () => {
  it('accepts everything without filters', () => {
    expect(accepts([], {})).toBe(true);
  });

  it('exist: any value, Null too', () => {
    for (const value of [tag.null(), tag.string(''), tag.flag(false)]) expect(passes({ type: 'exist' }, value)).toBe(true);
    expect(passes({ type: 'exist' })).toBe(false);
  });

  it.each([
    ['string_equality', 'привет', 'привет', true],
    ['string_equality', 'привет', 'привет!', false],
    ['string_equality', 'привет', 'приве', false],
    ['string_equality', '', '', true],
    ['starts_with', 'при', 'привет', true],
    ['starts_with', '', '', true],
    ['starts_with', 'привет', 'при', false],
    ['starts_with', 'b', 'ab', false],
  ] as const)('%s %j on %j: %s', (type, wanted, value, expected) => {
    expect(passes({ type, value: wanted }, tag.string(value))).toBe(expected);
  });

  it('compares strings with strings only', () => {
    const condition: Condition = { type: 'starts_with', value: '' };
    for (const value of [undefined, tag.null(), tag.integer(1), tag.vector('byte', Buffer.from('x'))])
      expect(passes(condition, value)).toBe(false);
  });

  it('numerical_equality: integers of every width', () => {
    for (const wanted of [0, 1, -1, 127, -128]) {
      for (const value of integers(wanted)) {
        expect(passes({ type: 'numerical_equality', value: wanted }, value)).toBe(true);
        expect(passes({ type: 'numerical_equality', value: wanted + 1 }, value)).toBe(false);
      }
    }
  });

  it('numerical_equality: all 64 bits count', () => {
    const big = 2n ** 62n + 1n;
    expect(passes({ type: 'numerical_equality', value: big }, tag.long(big))).toBe(true);
    expect(passes({ type: 'numerical_equality', value: big }, tag.long(big - 1n))).toBe(false);
    expect(passes({ type: 'numerical_equality', value: -(2n ** 63n) }, tag.long(-(2n ** 63n)))).toBe(true);
    expect(passes({ type: 'numerical_equality', value: 1 }, tag.long(2n ** 32n + 1n))).toBe(false);
  });

  it('numbers: never floats, strings or what is absent', () => {
    const range: Condition = { type: 'range', left: -9, right: 9, inclusiveLeft: true, inclusiveRight: true };
    for (const value of [tag.float(1), tag.double(1), tag.string('1'), tag.null(), tag.flag(true), undefined]) {
      expect(passes({ type: 'numerical_equality', value: 1 }, value)).toBe(false);
      expect(passes(range, value)).toBe(false);
      expect(passes(not(range), value)).toBe(true);
    }
  });

  it.each([
    [false, false, [false, true, false]],
    [true, false, [true, true, false]],
    [false, true, [false, true, true]],
    [true, true, [true, true, true]],
  ])('range with inclusiveLeft %s and inclusiveRight %s', (inclusiveLeft, inclusiveRight, expected) => {
    const condition: Condition = { type: 'range', left: -5, right: 5, inclusiveLeft, inclusiveRight };
    [-5, 0, 5].forEach((number, i) => {
      for (const value of integers(number)) expect(passes(condition, value)).toBe(expected[i]);
    });
    for (const number of [-6, 6]) for (const value of integers(number)) expect(passes(condition, value)).toBe(false);
  });

  it('range: compares as signed 64-bit numbers', () => {
    const condition: Condition = { type: 'range', left: -(2n ** 40n), right: 2n ** 40n, inclusiveLeft: false, inclusiveRight: false };
    for (const inside of [0n, -1n, 2n ** 40n - 1n, -(2n ** 40n) + 1n, 2n ** 31n, -(2n ** 31n)])
      expect(passes(condition, tag.long(inside))).toBe(true);
    for (const outside of [2n ** 40n, -(2n ** 40n), 2n ** 62n, -(2n ** 63n)]) expect(passes(condition, tag.long(outside))).toBe(false);
  });

  it('negate: of negate is the condition itself', () => {
    expect(passes(not(not({ type: 'exist' })), tag.null())).toBe(true);
    expect(passes(not({ type: 'exist' }))).toBe(true);
  });

  it('all filters must pass; paths go into containers', () => {
    const filters: Filter[] = [
      { path: 'properties/project', condition: { type: 'string_equality', value: 'shop' } },
      { path: 'properties/project', condition: { type: 'starts_with', value: 'sh' } },
      { path: 'level', condition: not({ type: 'string_equality', value: 'DEBUG' }) },
    ];
    const properties = tag.container({ project: tag.string('shop') });
    expect(accepts(filters, { properties })).toBe(true);
    expect(accepts(filters, { properties, level: tag.string('ERROR') })).toBe(true);
    expect(accepts(filters, { properties, level: tag.string('DEBUG') })).toBe(false);
    expect(accepts(filters, { level: tag.string('ERROR') })).toBe(false);
  });

  it('the empty path has no value', () => {
    for (const path of ['', '/']) {
      expect(accepts([{ path, condition: { type: 'exist' } }], { a: tag.null() })).toBe(false);
      expect(accepts([{ path, condition: not({ type: 'exist' }) }], { a: tag.null() })).toBe(true);
    }
  });
});
