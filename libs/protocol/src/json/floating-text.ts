/** Below it a float has fewer than six reliable digits. */
const SMALLEST_NORMAL_FLOAT = 2 ** -126;

/**
 * The double with the shortest decimal text that is this float: 3.14f prints as 3.14 and not as 3.140000104904175. As in Java it is the
 * nearest of two digits at least, which shows for the smallest floats only (1.4E-45).
 */
export function shortestFloat(value: number): number {
  if (!Number.isFinite(value)) return value;
  // A decimal of up to six digits survives the way through a normal float, so that six digits find every shorter one, too.
  for (let digits = Math.abs(value) < SMALLEST_NORMAL_FLOAT ? 2 : 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

/**
 * The JSON literal of a finite double. It shows that the number is a floating one: Elasticsearch would take a first `1` for a whole number,
 * and cut the fraction of all that come later.
 */
export function floatingLiteral(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

/** A double as the original writes it into texts: `1.0`, `-2.5E10`, `1.0E-5`, `NaN`. */
export function floatingText(value: number): string {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value) || (magnitude >= 1e-3 && magnitude < 1e7) || value === 0) {
    return Number.isFinite(value) ? floatingLiteral(value) : String(value);
  }
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
