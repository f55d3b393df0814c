import { msToTicks, ticksToMs } from './ticks.ts';

describe('ticks', () => {
  it('come from milliseconds, down to a tick', () => {
    expect(msToTicks(1_527_679_920_000)).toBe(15_276_799_200_000_000n);
    expect(msToTicks(1.5)).toBe(15_000n);
    expect(msToTicks(-0.5)).toBe(-5000n);
  });

  it('turn into milliseconds, rounded down', () => {
    expect(ticksToMs(15_276_799_200_009_999n)).toBe(1_527_679_920_000);
    expect(ticksToMs(-1n)).toBe(-1);
    expect(ticksToMs(-10_000n)).toBe(-1);
  });
});
