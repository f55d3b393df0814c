import { readRequired } from '@hercules/http-api';
import { apiKeyIdentity } from '@hercules/metadata';
import { keyParameter } from './key-parameter.ts';

describe('the key parameter', () => {
  const key = `shop_${'0123456789abcdef'.repeat(2)}`;
  const read = (value: string) => readRequired(new Map([['key', value]]), keyParameter);

  it('takes a plain key or what lists show of it', () => {
    const identity = apiKeyIdentity(key);
    expect(read(key)).toEqual(identity);
    expect(read(`shop_~sha256:${identity.digest}`)).toEqual(identity);
  });

  it.each(['shop', 'Shop_0123456789abcdef0123456789abcdef', 'a.0123456789abcdef0123456789abcdef', 'shop_~sha256:12'])(
    'refuses %s',
    (value) => {
      expect(() => read(value)).toThrow("Query parameter 'key' is invalid: expected an API key");
    },
  );

  it('does not repeat a bad key', () => {
    expect(() => read('SECRET')).toThrow(/^(?!.*SECRET)/);
  });
});
