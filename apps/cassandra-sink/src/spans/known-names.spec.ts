import { KnownNames } from './known-names.ts';

describe('KnownNames', () => {
  it('wants a name written once, and again when its time is over', () => {
    const names = new KnownNames(10, 1000);
    expect([names.isDue('a', 0), names.isDue('a', 999), names.isDue('a', 1000), names.isDue('a', 1001)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('wants it written again when that has failed', () => {
    const names = new KnownNames(10, 1000);
    names.isDue('a', 0);
    names.forget('a');
    expect(names.isDue('a', 1)).toBe(true);
  });

  it('forgets those it has known the longest', () => {
    const names = new KnownNames(2, 1000);
    for (const name of ['a', 'b', 'c']) names.isDue(name, 0);
    expect([names.isDue('c', 1), names.isDue('b', 1), names.isDue('a', 1)]).toEqual([false, false, true]);
  });
});
