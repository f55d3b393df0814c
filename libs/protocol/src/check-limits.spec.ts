import { DEFAULT_CHECK_LIMITS, resolveCheckLimits } from './check-limits.ts';

describe('resolveCheckLimits', () => {
  it('fills in the defaults', () => {
    expect(resolveCheckLimits({ maxDepth: 3 })).toEqual({ ...DEFAULT_CHECK_LIMITS, maxDepth: 3 });
    expect(resolveCheckLimits({ maxDepth: undefined })).toEqual(DEFAULT_CHECK_LIMITS);
  });

  it.each([{ maxDepth: -1 }, { maxDepth: 1001 }, { maxEventSize: 1.5 }, { maxNullVectorLength: Number.NaN }])('refuses %j', (limits) => {
    const [name] = Object.keys(limits);
    expect(() => resolveCheckLimits(limits)).toThrow(new RegExp(`^${name} is .*; expected a whole number from 0 to`));
  });
});
