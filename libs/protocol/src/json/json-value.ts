/** A JSON document in memory. A Long is a bigint, so that no digit is lost; objects are Maps, so that no key is special. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

/** JSON text with every digit of a bigint. NaN and infinities have no place in JSON and are strings before they come here. */
export function stringifyJson(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Map) return `{${[...value].map(([key, member]) => `${JSON.stringify(key)}:${stringifyJson(member)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(stringifyJson).join(',')}]`;
  return String(value);
}
