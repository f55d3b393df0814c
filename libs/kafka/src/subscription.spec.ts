import { HerculesError } from '@hercules/protocol';
import { Subscription } from './subscription.ts';

describe('Subscription', () => {
  const existing = ['logs_shop', 'logs_web', 'logs_', 'logs_Web', 'logs_web.old', 'metrics', 'a1', 'a12', '__consumer_offsets'];

  it.each([
    ['*', ['a1', 'a12', 'logs_', 'logs_shop', 'logs_web', 'metrics']],
    ['logs_*', ['logs_', 'logs_shop', 'logs_web']],
    ['logs_???', ['logs_web']],
    ['a?', ['a1']],
    ['*_*s*', ['logs_shop']],
    ['**', ['a1', 'a12', 'logs_', 'logs_shop', 'logs_web', 'metrics']],
    ['__*', ['__consumer_offsets']],
    ['logs', []],
  ])('pattern %s', (pattern, expected) => {
    expect(new Subscription({ patterns: [pattern] }).select(existing)).toEqual(expected);
  });

  it('takes what matches any pattern or is named, and no exclusion', () => {
    const subscription = new Subscription({ topics: ['logs_web.old', 'a1'], patterns: ['logs_*', 'metrics'], exclusions: ['*shop', 'a?'] });
    expect(subscription.select(existing)).toEqual(['logs_', 'logs_web', 'logs_web.old', 'metrics']);
    expect(subscription.matches('logs_new')).toBe(true);
    expect(subscription.matches('eshop')).toBe(false);
  });

  it('refuses an empty subscription and other characters', () => {
    expect(() => new Subscription({ exclusions: ['a'] })).toThrow(HerculesError);
    for (const pattern of ['', 'Logs', 'logs-*', 'a.b', '(a|b)', 'a*)']) {
      expect(() => new Subscription({ patterns: ['ok', pattern] })).toThrow(`"${pattern}"`);
    }
  });
});
