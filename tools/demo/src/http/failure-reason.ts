/** Why a `fetch` has failed: its own message is only "fetch failed", the cause tells more. */
export function failureReason(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
