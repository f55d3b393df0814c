/** What a function throws; fails the test when it throws nothing. */
export function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, but nothing was thrown');
}

/** An error reduced to what two implementations have to agree on. */
export function faultOf(error: unknown): unknown {
  const { kind, eventIndex, byteOffset, message } = error as Record<string, unknown>;
  return kind === undefined ? error : { kind, eventIndex, byteOffset, message };
}
