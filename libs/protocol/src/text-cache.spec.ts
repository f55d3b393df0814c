import fc from 'fast-check';
import { TextCache } from './text-cache.ts';

describe('TextCache', () => {
  it('gives the text of the bytes, whatever was asked before', () => {
    const cache = new TextCache();
    const texts = fc.oneof(fc.constantFrom('host', 'name', ''), fc.string({ unit: 'binary', maxLength: 80 }));
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1 }), (asked) => {
        for (const text of asked) {
          const bytes = Buffer.from(`<${text}>`);
          expect(cache.get(bytes, 1, bytes.length - 1)).toBe(bytes.toString('utf8', 1, bytes.length - 1));
        }
      }),
    );
  });

  it('knows a text again', () => {
    const cache = new TextCache();
    const first = Buffer.from('service');
    expect(cache.get(first, 0, 7)).toBe('service');
    first.fill(0);
    expect(cache.get(Buffer.from('a service'), 2, 9)).toBe('service');
  });
});
