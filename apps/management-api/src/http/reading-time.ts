import { HerculesError } from '@hercules/protocol';

const READ_TIMEOUT_MS = 25_000;

/**
 * Runs a reading that may have a long way to go through topics.
 * @throws HerculesError TIMEOUT when it takes too long
 */
export async function withinReadingTime<T>(read: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
  try {
    return await read(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new HerculesError(
      'TIMEOUT',
      `There is more to read than ${READ_TIMEOUT_MS / 1000} s are enough for: ask for less, by 'from' and 'to'`,
      {
        cause: error,
      },
    );
  }
}
