import { waitUntil } from '@hercules/stack';

/**
 * Waits until `condition` returns something true and returns that; looks every 50 ms. A condition may throw (a failed expectation, a refused
 * connection): it is tried again, and the last exception is the cause of the error.
 * @throws Error when it is not so within `timeoutMs`
 */
export async function waitFor<T>(condition: () => T | Promise<T>, timeoutMs = 10_000, what = 'the condition'): Promise<NonNullable<T>> {
  let last: unknown;
  const look = async (): Promise<T | undefined> => {
    try {
      const seen = await condition();
      last = undefined;
      return seen;
    } catch (error) {
      last = error;
      return undefined;
    }
  };
  try {
    return (await waitUntil(look, { timeoutMs, intervalMs: 50, what })) as NonNullable<T>;
  } catch (error) {
    if (last === undefined) throw error;
    throw new Error(`${(error as Error).message}; the last try failed: ${last instanceof Error ? last.message : String(last)}`, {
      cause: last,
    });
  }
}
