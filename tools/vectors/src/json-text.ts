/**
 * Parses JSON so that equal numbers become equal values, however they are written: whole numbers that a double cannot hold exactly become
 * bigint. Property order is lost, as it should be.
 */
export function parseExactJson(text: string): unknown {
  return (JSON.parse as ParseWithSource)(text, (_key, value, { source }) =>
    typeof value === 'number' ? exactNumber(value, source!) : value,
  );
}

/** The reviver's third argument (ES2026); the compiler's library does not have it yet. */
type ParseWithSource = (text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown) => unknown;

function exactNumber(value: number, source: string): number | bigint {
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : BigInt(value);
}
