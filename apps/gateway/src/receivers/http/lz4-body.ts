import { HerculesError } from '@hercules/protocol';

const DECIMAL = /^[+-]?\d+$/;

/**
 * The declared length of an LZ4 body (header `Original-Content-Length`): a whole number from 0 to below the limit (apis §3, row 10).
 * Throws INVALID_ARGUMENT.
 */
export function originalLengthOf(header: string | undefined, limit: number): number {
  const length = header !== undefined && DECIMAL.test(header) ? Number(header) : -1;
  if (length >= 0 && length < limit) return length;
  throw new HerculesError(
    'INVALID_ARGUMENT',
    `With Content-Encoding: lz4, Original-Content-Length must be a whole number from 0 to ${limit - 1}`,
  );
}
