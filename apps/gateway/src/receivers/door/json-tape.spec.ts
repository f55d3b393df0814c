import fc from 'fast-check';
import { JsonKind, JsonTape } from './json-tape.ts';

const tape = new JsonTape(60, 'The text', 'INVALID_EVENT');

function read(text: string): unknown {
  const body = Buffer.from(`xx${text}yy`);
  tape.read(body, 2, body.length - 2);
  return valueAt(0);
}

/** The value as JSON.parse would give it. */
function valueAt(entry: number): unknown {
  const end = tape.nexts[entry]!;
  switch (tape.kinds[entry]) {
    case JsonKind.OBJECT: {
      const object: Record<string, unknown> = {};
      for (let member = entry + 1; member < end; member = tape.nexts[member + 1]!) {
        Object.defineProperty(object, tape.text(member), {
          value: valueAt(member + 1),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return object;
    }
    case JsonKind.ARRAY: {
      const array: unknown[] = [];
      for (let item = entry + 1; item < end; item = tape.nexts[item]!) array.push(valueAt(item));
      return array;
    }
    case JsonKind.STRING:
      return tape.text(entry);
    default:
      return JSON.parse(tape.text(entry));
  }
}

describe('JsonTape', () => {
  it('reads any JSON as JSON.parse does, however it is spaced', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t', '\r\n '), (text, space) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, space);
        expect(read(spaced)).toEqual(JSON.parse(spaced));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes and refuses the same texts as JSON.parse', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\',
      '\\u00e4',
      '\\x',
      '\\"',
      '1',
      '0',
      '-',
      '.',
      'e',
      '+',
      'true',
      'null',
      ' ',
      '\n',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => read(text)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
          return;
        }
        expect(read(text)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('tells integers from other numbers and keeps their digits', () => {
    read('[12345678901234567890, 1.0, 1e3, -0]');
    expect([1, 2, 3, 4].map((entry) => [tape.kinds[entry], tape.text(entry)])).toEqual([
      [JsonKind.INTEGER, '12345678901234567890'],
      [JsonKind.REAL, '1.0'],
      [JsonKind.REAL, '1e3'],
      [JsonKind.INTEGER, '-0'],
    ]);
  });

  it.each([
    ['{"a":1', 'expected "," or "}" at byte 6, found the end'],
    ['{"a" 1}', 'expected ":" at byte 5, found "1"'],
    ['[1 2]', 'expected "," or "]" at byte 3, found "2"'],
    ['tru', 'expected a value at byte 3, found the end'],
    ['{a:1}', 'expected a key in quotes at byte 1, found "a"'],
    ['1 x', 'expected the end at byte 2, found "x"'],
    ['"\u0001"', 'expected no control character at byte 1'],
    ['"\\u12"', 'expected \\u and four hex digits at byte 1'],
    ['01', 'expected a number without zeros before it'],
    [`${'['.repeat(61)}`, 'expected at most 60 objects and arrays inside one another at byte 60'],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('grows', () => {
    const list = Array.from({ length: 5000 }, (_, i) => ({ i }));
    expect(read(JSON.stringify(list))).toEqual(list);
  });
});
