import { HerculesError } from './errors.ts';

/** Bounds on what an event may ask of whoever reads it (protocol §7, §8). */
export interface CheckLimits {
  /** Whole encoding of one event, in bytes. */
  readonly maxEventSize: number;
  /** Containers and vectors inside one another below the payload. */
  readonly maxDepth: number;
  /** Elements of all vectors of Null of one event together: they take no bytes, so nothing else bounds what a reader builds for them. */
  readonly maxNullVectorLength: number;
}

export const DEFAULT_CHECK_LIMITS: CheckLimits = { maxEventSize: 500_000, maxDepth: 64, maxNullVectorLength: 1_000_000 };

const MAX_INT32 = 0x7fff_ffff;
/**
 * The widest limits that can be set, for code that only passes over bytes which somebody else has limited. Readers recurse once for each
 * level; this many levels are safe on Node's default stack.
 */
export const WIDEST_CHECK_LIMITS: CheckLimits = { maxEventSize: MAX_INT32, maxDepth: 1000, maxNullVectorLength: 0x3fff_ffff };

/**
 * Fills in the defaults.
 * @throws HerculesError BAD_CONFIG naming a limit that is no whole number in its range
 */
export function resolveCheckLimits(limits: Partial<CheckLimits> = {}): CheckLimits {
  const resolved = {
    maxEventSize: limits.maxEventSize ?? DEFAULT_CHECK_LIMITS.maxEventSize,
    maxDepth: limits.maxDepth ?? DEFAULT_CHECK_LIMITS.maxDepth,
    maxNullVectorLength: limits.maxNullVectorLength ?? DEFAULT_CHECK_LIMITS.maxNullVectorLength,
  };
  for (const name of ['maxEventSize', 'maxDepth', 'maxNullVectorLength'] as const) {
    checkRange(name, resolved[name], WIDEST_CHECK_LIMITS[name]);
  }
  return resolved;
}

function checkRange(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw new HerculesError('BAD_CONFIG', `${name} is ${value}; expected a whole number from 0 to ${max}`);
}
