import { everyPeriod } from './every-period.ts';

describe('everyPeriod', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_234_567 }));
  afterEach(() => jest.useRealTimers());

  it('calls once in each period of the wall clock until it is ended', () => {
    const times: number[] = [];
    const end = everyPeriod(10_000, () => times.push(Date.now()));
    jest.advanceTimersByTime(30_000);
    expect(times).toEqual([1_240_200, 1_250_200, 1_260_200]);
    end();
    jest.advanceTimersByTime(30_000);
    expect(times).toHaveLength(3);
  });
});
