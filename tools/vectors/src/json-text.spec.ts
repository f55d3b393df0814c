import { parseExactJson } from './json-text.ts';

describe('parseExactJson', () => {
  it('keeps all digits of whole numbers', () => {
    expect(parseExactJson('{"a":[9223372036854775807,-9223372036854775808,1]}')).toEqual({
      a: [9223372036854775807n, -9223372036854775808n, 1],
    });
  });

  it('makes one value of one number', () => {
    expect(parseExactJson('1e22')).toBe(parseExactJson('10000000000000000000000'));
    expect(parseExactJson('-2.5E10')).toBe(parseExactJson('-25000000000'));
    expect(parseExactJson('0.10')).toBe(0.1);
  });
});
