import { HerculesError } from '@hercules/protocol';

const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
const MAX_PORT = 65_535;

/** What is wrong with a request, and where. @param where such as `spans[3].tags` */
export function badSpan(where: string, expected: string, got?: unknown): HerculesError {
  const shown = got === undefined ? '' : `, got ${shownValue(got)}`;
  return new HerculesError('INVALID_ARGUMENT', `${where}: expected ${expected}${shown}`);
}

/** What is in an object or a list is not shown: it may be deeper than anything goes. */
function shownValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value).slice(0, 100);
}

/** Lower-case hex digits of a trace id, padded to 128 bits. @throws HerculesError INVALID_ARGUMENT */
export function traceIdOf(where: string, hex: string): string {
  return idOf(where, hex, TRACE_ID_DIGITS);
}

/** Lower-case hex digits of a span's id, padded to 64 bits. @throws HerculesError INVALID_ARGUMENT */
export function spanIdOf(where: string, hex: string): string {
  return idOf(where, hex, SPAN_ID_DIGITS);
}

/** A number of µs above 0; 0 stands for unknown. @throws HerculesError INVALID_ARGUMENT */
export function microsecondsOf(where: string, value: number): number | undefined {
  if (!Number.isSafeInteger(value) || value < 0) throw badSpan(where, 'a whole number of µs', value);
  return value === 0 ? undefined : value;
}

/** A port; 0 stands for unknown. @throws HerculesError INVALID_ARGUMENT */
export function portOf(where: string, value: number): number | undefined {
  if (!Number.isInteger(value) || value < 0 || value > MAX_PORT) throw badSpan(where, `a port up to ${MAX_PORT}`, value);
  return value === 0 ? undefined : value;
}

function idOf(where: string, hex: string, digits: number): string {
  if (hex.length > digits || !/^[0-9a-f]+$/i.test(hex) || /^0*$/.test(hex))
    throw badSpan(where, `1 to ${digits} hex digits, not all 0`, hex);
  return hex.toLowerCase().padStart(digits, '0');
}
