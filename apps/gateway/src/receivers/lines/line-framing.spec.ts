import fc from 'fast-check';
import { LineFraming } from './line-framing.ts';
import { framed } from './split-feed.fixture.ts';

const lines = (text: string, ...sizes: number[]): string[] => framed(new LineFraming(10), Buffer.from(text), sizes);

describe('LineFraming', () => {
  it('finds the same lines however the bytes are cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', ' '), maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (all, end, sizes) => {
          const expected = all.filter((text) => text !== '').map((text) => (Buffer.byteLength(text) > 10 ? '!too-long' : text));
          expect(lines(all.map((text) => text + end).join(''), ...sizes)).toEqual(expected);
        },
      ),
    );
  });

  it('passes over a long line and goes on after it', () => {
    expect(lines(`a\n${'x'.repeat(100)}\nb\n`, 7)).toEqual(['a', '!too-long', 'b']);
    expect(lines(`a\n${'x'.repeat(100)}`, 7)).toEqual(['a', '!too-long']);
  });

  it('does not take what was cut off for a line', () => expect(lines('a 1 2\nb 1 17')).toEqual(['a 1 2', '!unended']));
});
