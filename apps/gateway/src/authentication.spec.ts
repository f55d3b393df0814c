import { createHash } from 'node:crypto';
import { apiKeyOf, doorApiKeyOf } from './authentication.ts';

const KEY = 'shop_0123456789abcdef0123456789abcdef';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('apiKeyOf', () => {
  it.each([
    [`Hercules apiKey ${KEY}`, undefined, KEY],
    [`Hercules apiKey ${KEY}`, 'other', KEY],
    [`hercules apikey ${KEY}`, undefined, undefined],
    [`Bearer ${KEY}`, 'other', 'other'],
    [undefined, KEY, KEY],
    [undefined, undefined, undefined],
  ])('%s and %s', (authorization, header, expected) => expect(apiKeyOf(authorization, header)).toBe(expected));
});

describe('doorApiKeyOf', () => {
  it.each([
    [`Hercules apiKey ${KEY}`, undefined, KEY],
    [undefined, KEY, KEY],
    [`Bearer ${KEY}`, undefined, KEY],
    [`bearer  ${KEY} `, 'other', KEY],
    [`Basic ${base64(`anyone:${KEY}`)}`, undefined, KEY],
    [`Basic ${base64(KEY)}`, undefined, undefined],
    [`ApiKey ${base64(`id:${KEY}`)}`, undefined, KEY],
    [`ApiKey ${KEY}`, undefined, KEY],
    [`Digest username="x"`, KEY, KEY],
    ['nonsense', undefined, undefined],
    ['', undefined, undefined],
  ])('%s and %s', (authorization, header, expected) => expect(doorApiKeyOf(authorization, header)).toBe(expected));

  it('takes every key that comes as it is after ApiKey, also one that is base64 of bytes with a colon', () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `shop_${createHash('md5').update(`${i}`).digest('hex')}`);
    expect(keys.some((key) => Buffer.from(key, 'base64').includes(':'))).toBe(true);
    for (const key of keys) {
      expect(doorApiKeyOf(`ApiKey ${key}`, undefined)).toBe(key);
      expect(doorApiKeyOf(`ApiKey ${base64(`id:${key}`)}`, undefined)).toBe(key);
    }
  });
});
