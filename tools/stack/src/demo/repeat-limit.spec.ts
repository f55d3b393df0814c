import { kindOf, RepeatLimit } from './repeat-limit.ts';

describe('RepeatLimit', () => {
  it('counts what it keeps back and tells with the next that goes through', () => {
    const limit = new RepeatLimit(2);
    const check = (nowMs: number, message = `sent ${nowMs} events`) => limit.check('gateway', undefined, message, nowMs);
    expect([0, 1, 2, 3].map((ms) => check(ms).ship)).toEqual([true, true, false, false]);
    expect(check(4, 'something else')).toEqual({ ship: true, suppressedBefore: 0 });
    expect(check(60_000)).toEqual({ ship: true, suppressedBefore: 2 });
    expect(check(60_001)).toEqual({ ship: true, suppressedBefore: 0 });
    expect(check(60_002).ship).toBe(false);
  });

  it('keeps sources and loggers apart', () => {
    const limit = new RepeatLimit(1);
    expect(limit.check('a', 'x', 'same', 0).ship).toBe(true);
    expect(limit.check('b', 'x', 'same', 0).ship).toBe(true);
    expect(limit.check('a', 'y', 'same', 0).ship).toBe(true);
    expect(limit.check('a', 'x', 'same', 0).ship).toBe(false);
  });

  it.each([
    ['took 12.5 ms for logs_a-3', 'took 99.1 ms for logs_a-4'],
    ['id 0e8400e2-9b41-41d4-a716-446655440000 done', 'id ffffffff-9b41-41d4-a716-446655440abc done'],
  ])('takes %s and %s for the same kind', (a, b) => expect(kindOf(a)).toBe(kindOf(b)));

  it('takes other words for another kind', () => expect(kindOf('started 1')).not.toBe(kindOf('stopped 1')));
});
