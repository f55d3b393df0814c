import { apiKeyDigest, apiKeyIdentity, listedKey, parseListedKey } from './api-key.ts';
import { Authorizer } from './authorizer.ts';
import type { Right } from './rule.ts';
import { matchesPattern } from './wildcard.ts';

const KEY = `shop_${'0123456789abcdef'.repeat(2)}`;
const OTHER = `pay_${'fedcba9876543210'.repeat(2)}`;

function authorizerWith(...rules: [pattern: string, right: Right][]): Authorizer {
  const authorizer = new Authorizer();
  for (const [pattern, right] of rules) authorizer.setRule({ ...apiKeyIdentity(KEY), pattern, right });
  return authorizer;
}

describe('Authorizer', () => {
  it('knows a key that any rule mentions', () => {
    const authorizer = authorizerWith(['logs', 'read']);
    expect(authorizer.identify(KEY)).toEqual({ digest: apiKeyDigest(KEY), prefix: 'shop_' });
    expect(authorizer.identify(KEY)).toBe(authorizer.identify(KEY));
    for (const unknown of [OTHER, '', undefined]) expect(authorizer.identify(unknown)).toBeUndefined();
  });

  it('forgets a key with its last rule', () => {
    const authorizer = authorizerWith(['logs', 'read'], ['logs', 'write']);
    authorizer.identify(KEY);
    authorizer.removeRule(apiKeyDigest(KEY), 'logs', 'read');
    expect(authorizer.identify(KEY)).toBeDefined();
    authorizer.removeRule(apiKeyDigest(KEY), 'logs', 'write');
    expect(authorizer.identify(KEY)).toBeUndefined();
  });

  it('tells a right that the key never has (401) from one that it has elsewhere (403)', () => {
    const authorizer = authorizerWith(['logs_*', 'read'], ['x', 'manage']);
    const identity = authorizer.identify(KEY)!;
    expect(authorizer.authorize(identity, 'read', 'logs_shop')).toBe('allowed');
    expect(authorizer.authorize(identity, 'read', 'metrics')).toBe('denied');
    expect(authorizer.authorize(identity, 'write', 'logs_shop')).toBe('unknown');
  });

  it('denies everything to a blacklisted key that stays known', () => {
    const authorizer = authorizerWith(['*', 'read']);
    const identity = authorizer.identify(KEY)!;
    expect(authorizer.authorize(identity, 'read', 'a')).toBe('allowed');
    authorizer.addToBlacklist(identity);
    expect(authorizer.authorize(identity, 'read', 'a')).toBe('denied');
    expect(authorizer.authorize(identity, 'write', 'a')).toBe('denied');
    expect(authorizer.identify(KEY)).toBeDefined();
    authorizer.removeFromBlacklist(identity.digest);
    expect(authorizer.authorize(identity, 'read', 'a')).toBe('allowed');
  });

  it('answers anew after a rule has changed', () => {
    const authorizer = authorizerWith(['a', 'write'], ['b', 'write']);
    const identity = authorizer.identify(KEY)!;
    expect(authorizer.authorize(identity, 'write', 'a')).toBe('allowed');
    authorizer.removeRule(identity.digest, 'a', 'write');
    expect(authorizer.authorize(identity, 'write', 'a')).toBe('denied');
  });

  it('keeps answering rightly when more names are asked for than it caches', () => {
    const authorizer = authorizerWith(['a*', 'write']);
    const identity = authorizer.identify(KEY)!;
    for (let i = 0; i < 25_000; i++) expect(authorizer.authorize(identity, 'write', `a${i}`)).toBe('allowed');
    expect(authorizer.authorize(identity, 'write', 'b')).toBe('denied');
  });
});

describe('matchesPattern', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything_1', true],
    ['?', 'a', true],
    ['?', '', false],
    ['?', 'ab', false],
    ['logs_*', 'logs_', true],
    ['logs_*', 'xlogs_a', false],
    ['*_a', 'b_a_a', true],
    ['*_a', 'b_a_b', false],
    ['a*b?c*', 'aXb', false],
    ['a*b?c*', 'axxbycz', true],
    ['a', 'ab', false],
    ['ab', 'a', false],
    ['*', 'a-b', false],
    ['?', '.', false],
    ['*', 'A', false],
    ['*', 'a\nb', false],
  ])('%s on %j: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  it('takes no exponential time', () => {
    const started = process.hrtime.bigint();
    expect(matchesPattern(`${'*a'.repeat(30)}b`, 'a'.repeat(2000))).toBe(false);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1000);
  });
});

describe('listed keys', () => {
  it('show a prefix and a digest and can be read back', () => {
    const listed = listedKey(apiKeyIdentity(KEY));
    expect(listed).toBe(`shop_~sha256:${apiKeyDigest(KEY)}`);
    expect(listed).not.toContain('.');
    expect(parseListedKey(listed)).toEqual(apiKeyIdentity(KEY));
    expect(parseListedKey(KEY)).toBeUndefined();
  });

  it('never show a part of a text that is no key', () => {
    expect(apiKeyIdentity('my secret').prefix).toBe('');
  });
});
