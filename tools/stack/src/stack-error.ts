/** A failure that a person at the terminal can act on. Its message is one line: what is wrong and what to do. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
