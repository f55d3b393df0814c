/** Parsed JSON that keeps what JSON.parse loses: a whole number without a point is a bigint, and an object is a Map. */
export type StrictJson = string | number | bigint | boolean | null | StrictJson[] | Map<string, StrictJson>;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Parses a text by RFC 8259 without white space. @throws SyntaxError also when an object has the same key twice */
export function parseStrictJson(text: string): StrictJson {
  let at = 0;

  function match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) throw new SyntaxError(`unexpected text at ${at}: ${text.slice(at, at + 20)}`);
    at = pattern.lastIndex;
    return found;
  }

  function skip(expected: string): void {
    if (text[at] !== expected) throw new SyntaxError(`expected ${expected} at ${at}: ${text.slice(at, at + 20)}`);
    at++;
  }

  function value(): StrictJson {
    const first = text[at];
    if (first === '{') return object();
    if (first === '[') return list();
    if (first === '"') return JSON.parse(match(STRING)[0]) as string;
    for (const [word, meaning] of Object.entries(WORDS)) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return meaning;
    }
    const [literal, fraction, exponent] = match(NUMBER);
    return fraction === undefined && exponent === undefined ? BigInt(literal) : Number(literal);
  }

  function object(): Map<string, StrictJson> {
    const members = new Map<string, StrictJson>();
    skip('{');
    while (text[at] !== '}') {
      if (members.size > 0) skip(',');
      const key = JSON.parse(match(STRING)[0]) as string;
      if (members.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key)} is there twice`);
      skip(':');
      members.set(key, value());
    }
    skip('}');
    return members;
  }

  function list(): StrictJson[] {
    const items: StrictJson[] = [];
    skip('[');
    while (text[at] !== ']') {
      if (items.length > 0) skip(',');
      items.push(value());
    }
    skip(']');
    return items;
  }

  const result = value();
  if (at !== text.length) throw new SyntaxError(`expected the end at ${at}: ${text.slice(at, at + 20)}`);
  return result;
}
