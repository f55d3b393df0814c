import { endInTime } from './end-in-time.ts';

describe('endInTime', () => {
  it('ends with what is under way, and gives nothing up', async () => {
    const giveUp = jest.fn();
    await endInTime(Promise.resolve(), 60_000, giveUp);
    expect(giveUp).not.toHaveBeenCalled();
  });

  it('gives up what takes too long, and goes on even if that does not end it', async () => {
    const giveUp = jest.fn();
    await endInTime(new Promise(() => undefined), 1, giveUp);
    expect(giveUp).toHaveBeenCalledTimes(1);
  });

  it('waits a moment for what giving up has ended', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isEnded = false;
    const underWay = promise.then(() => (isEnded = true));
    await endInTime(underWay, 1, resolve);
    expect(isEnded).toBe(true);
  });
});
