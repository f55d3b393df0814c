import { HerculesError } from '@hercules/protocol';

/**
 * A name with places for the groups of a regular expression: `{0}` stands for group 1, and so on; text in single quotes is taken as it is, and two of them stand for one (the
 * rules of Java's MessageFormat, sinks §9).
 */
export class NamePattern {
  /** Literal texts and, between them, numbers of groups. */
  readonly #parts: readonly (string | number)[];

  /** @throws HerculesError BAD_CONFIG for a `{` that begins no number of a group */
  constructor(text: string) {
    const parts: (string | number)[] = [];
    let literal = '';
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      if (character === "'") {
        const end = text.indexOf("'", at + 1);
        if (end === at + 1) literal += "'";
        else literal += text.slice(at + 1, end < 0 ? undefined : end);
        at = end < 0 ? text.length : end;
      } else if (character === '{') {
        const place = /^\{(\d{1,2})\}/.exec(text.slice(at));
        if (place === null) throw new HerculesError('BAD_CONFIG', `name_pattern "${text}": expected {0}, {1}… at character ${at + 1}`);
        parts.push(literal, Number(place[1]) + 1);
        literal = '';
        at += place[0].length - 1;
      } else literal += character;
    }
    this.#parts = [...parts, literal];
  }

  /** The greatest number of a group that is needed. */
  get groups(): number {
    return Math.max(0, ...this.#parts.filter((part) => typeof part === 'number'));
  }

  fill(match: RegExpExecArray): string {
    return this.#parts.map((part) => (typeof part === 'number' ? (match[part] ?? '') : part)).join('');
  }
}
