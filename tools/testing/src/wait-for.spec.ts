import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  it('returns the first value that is true, through exceptions', async () => {
    let tries = 0;
    const condition = (): number => {
      if (++tries < 3) throw new Error('not yet');
      return tries;
    };
    expect(await waitFor(condition)).toBe(3);
  });

  it('tells the last exception', async () => {
    await expect(waitFor(() => Promise.reject(new Error('refused')), 1, 'the server')).rejects.toThrow(
      'the server: not within 0 s; the last try failed: refused',
    );
  });

  it('gives up', async () => {
    await expect(waitFor(() => false, 1, 'the impossible')).rejects.toThrow('the impossible');
  });
});
