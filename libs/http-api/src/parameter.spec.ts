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
