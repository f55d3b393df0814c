import { floatingLiteral } from './floating-text.ts';

/** A finite floating number. It is told from a whole one, because its literal has to be: `1.0` and not `1`. */
export class JsonDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** The JSON literal. */
  toString(): string {
    return floatingLiteral(this.value);
  }
}

/** A JSON document in memory. A Long is a bigint, so that no digit is lost; objects are Maps, so that no key is special. */
export type JsonValue = string | number | bigint | boolean | null | JsonDouble | readonly JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

/** JSON text with every digit of a bigint. NaN and infinities have no place in JSON and are strings before they come here. */
export function stringifyJson(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Map) return `{${[...value].map(([key, member]) => `${JSON.stringify(key)}:${stringifyJson(member)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(stringifyJson).join(',')}]`;
  return String(value);
}
