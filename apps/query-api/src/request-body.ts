import { HerculesError } from '@hercules/protocol';

/** Reads the state that a client sends along; whatever is wrong with it is the client's fault. Throws INVALID_ARGUMENT. */
export function readBody<T>(body: Buffer, what: string, decode: (bytes: Buffer) => T): T {
  try {
    return decode(body);
  } catch (error) {
    throw new HerculesError(
      'INVALID_ARGUMENT',
      `The body must be a ${what}, at least 4 zero bytes, but cannot be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}
