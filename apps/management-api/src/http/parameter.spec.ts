import { apiKeyIdentity } from '@hercules/metadata';
import { keyParameter } from './key-parameter.ts';
import { integerParameter, parseQuery, patternParameter, readOptional, readRequired, textParameter } from './parameter.ts';

const ttl = integerParameter('ttl', { expected: 'a number from 1 to 10', minimum: 1, maximum: 10, description: '' });
const text = textParameter('text', { maxLength: 3, description: '' });
const rights = patternParameter('rights', /^(r|-)$/, { expected: 'r or -', description: '' });

describe('query parameters', () => {
  it.each([
    ['5', 5],
    ['+5', 5],
    ['05', 5],
  ])('reads the number %s', (given, value) => {
    expect(readRequired(new Map([['ttl', given]]), ttl)).toBe(value);
  });

  it.each(['0', '11', '-1', '1.0', '1e0', '0x1', ' 1', 'one', '99999999999999999999'])('refuses %j for a number', (given) => {
    expect(() => readRequired(new Map([['ttl', given]]), ttl)).toThrow(
      `Query parameter 'ttl' is invalid: expected a number from 1 to 10, got ${JSON.stringify(given)}`,
    );
  });

  it('takes an empty value for a missing one, except for plain strings', () => {
    const empty = parseQuery('ttl=&text=&rights=');
    expect(readOptional(empty, ttl)).toBeUndefined();
    expect(readOptional(empty, rights)).toBeUndefined();
    expect(readRequired(empty, text)).toBe('');
    expect(() => readRequired(empty, ttl)).toThrow("Query parameter 'ttl' is invalid: it is required and missing");
    expect(() => readRequired(new Map(), text)).toThrow("Query parameter 'text' is invalid: it is required and missing");
  });

  it('says how long a text may be', () => {
    expect(() => readRequired(new Map([['text', 'long']]), text)).toThrow('expected a text of at most 3 characters, got "long"');
  });

  it('decodes like a form, the first of a name counts', () => {
    expect([...parseQuery('a=1+2&a=3&b=%D0%B0&c')]).toEqual([
      ['a', '1 2'],
      ['b', 'а'],
      ['c', ''],
    ]);
  });
});

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
