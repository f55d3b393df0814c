import { retryWaitMs } from './batch-sender.ts';

describe('retryWaitMs', () => {
  it.each([0, 0.5, 0.999])('leaves half of a pause to chance (%d)', (chance) => {
    expect(retryWaitMs(undefined, 800, 100, chance)).toBe(400 + chance * 400);
  });

  it.each([0, 0.5, 0.999])('never comes back before it was told to (%d)', (chance) => {
    const waitMs = retryWaitMs(1000, 800, 100, chance);
    expect(waitMs).toBeGreaterThanOrEqual(1000);
    expect(waitMs).toBeLessThan(1100);
  });
});
