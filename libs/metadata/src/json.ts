/** Deepest nesting of arrays and objects accepted in a metadata document; the models need four levels, `negate` may need more. */
const MAX_DEPTH = 64;

/** Thrown by {@link parseJson}: the text is no JSON, or JSON that is nested too deeply. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/**
 * Parses JSON and keeps integers exact: what a double cannot hold becomes a bigint (filters compare 64-bit tags, model §3).
 * Throws {@link JsonSyntaxError} naming what is wrong.
 */
export function parseJson(text: string): unknown {
  refuseDeepNesting(text);
  try {
    return JSON.parse(text, exactInteger as Parameters<typeof JSON.parse>[1]);
  } catch (error) {
    throw new JsonSyntaxError(error instanceof Error ? error.message : String(error));
  }
}

/** Writes JSON; a bigint becomes an integer literal with all its digits. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? rawJson(String(member)) : member));
}

function exactInteger(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return context.source !== undefined && /^-?\d{1,40}$/.test(context.source) ? BigInt(context.source) : value;
}

/** `JSON.rawJSON` is in Node 22 and later, but not yet in the type library. */
function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}

/** Schemas are checked recursively, so a hostile depth must be stopped before it can use up the stack. */
function refuseDeepNesting(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
    } else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) throw new JsonSyntaxError(`nested deeper than ${MAX_DEPTH} levels at character ${i}`);
    } else if (character === '}' || character === ']') {
      depth--;
    }
  }
}
