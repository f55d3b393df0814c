import { JsonSyntaxError, parseJson, stringifyJson } from './json.ts';

describe('parseJson and stringifyJson', () => {
  it('keep every digit of an integer', () => {
    const text = '{"a":[9007199254740993,-9223372036854775808,1,1.5,1e300]}';
    expect(parseJson(text)).toEqual({ a: [9007199254740993n, -9223372036854775808n, 1, 1.5, 1e300] });
    expect(stringifyJson(parseJson('[9007199254740993,2]'))).toBe('[9007199254740993,2]');
  });

  it('refuse what is no JSON', () => {
    for (const text of ['', '{', '{"a":}', 'nul']) expect(() => parseJson(text)).toThrow(JsonSyntaxError);
  });

  it('refuse hostile nesting', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow('nested deeper than 64 levels');
    expect(parseJson(JSON.stringify({ text: '[{'.repeat(500) + '\\"[' }))).toEqual({ text: '[{'.repeat(500) + '\\"[' });
  });
});
