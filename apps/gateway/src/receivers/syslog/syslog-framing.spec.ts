import fc from 'fast-check';
import { framed } from '../lines/split-feed.fixture.ts';
import { SyslogFraming } from './syslog-framing.ts';

const messages = (text: string, ...sizes: number[]): string[] => framed(new SyslogFraming(20), Buffer.from(text), sizes);

describe('SyslogFraming', () => {
  it('finds the same messages however the bytes are cut and each message is framed', () => {
    const message = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '7'), maxLength: 25 }).map((text) => `<1>${text}`);
    const framing = fc.constantFrom('count', '\n', '\r\n', '\0');
    fc.assert(
      fc.property(fc.array(fc.tuple(message, framing)), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (all, sizes) => {
        const bytes = all.map(([text, end]) => (end === 'count' ? `${Buffer.byteLength(text)} ${text}` : text + end)).join('');
        const expected = all.map(([text, end]) => {
          const given = end === '\r\n' ? `${text}\r` : text;
          return Buffer.byteLength(given) > 20 ? '!too-long' : given;
        });
        const found = messages(bytes, ...sizes);
        expect(found).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('takes digits for a length only before a space', () => {
    expect(messages('12345678 x\n123x\n3 abc4 abcd\n', 1)).toEqual(['12345678 x', '123x', 'abc', 'abcd']);
  });

  it('takes a last message without an end, if it does not miss anything', () => {
    expect(messages('<1>a\n<1>b')).toEqual(['<1>a', '<1>b']);
    expect(messages('5 <1>a')).toEqual(['!unended']);
  });
});
