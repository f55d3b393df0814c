import { ByteBudget } from './byte-budget.ts';

describe('ByteBudget', () => {
  it('refuses what does not fit, and gives back what was used, also after a failure', async () => {
    const budget = new ByteBudget(10);
    let finish = (): void => undefined;
    const first = budget.with(6, () => new Promise<void>((resolve) => (finish = resolve)));
    await expect(budget.with(5, () => Promise.resolve())).rejects.toMatchObject({ code: 'THROTTLED' });
    await budget.with(4, () => Promise.resolve());
    finish();
    await first;
    await expect(budget.with(10, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(budget.used).toBe(0);
  });

  it('lets one read in, however small the budget is', async () => {
    expect(await new ByteBudget(1).with(100, () => Promise.resolve('read'))).toBe('read');
  });
});
