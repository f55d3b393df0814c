/** Longest chain of causes that is shown. */
const MAX_CAUSES = 5;

/** Credentials as they stand in headers: the scheme is kept, what follows it is not. */
const CREDENTIALS = /\b((?:Hercules\s+)?(?:apiKey|masterApiKey|Basic|Bearer)\s+)[^\s"',;]+/gi;

export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly details?: unknown;
  readonly cause?: ErrorFields;
}

/**
 * What a log line shows of an error. Only fields that are known are taken: the errors of clients carry whole requests with them, headers included.
 * Anything that is not an error becomes its text.
 */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutCredentials(String(error)) };
  const { code, details } = error as Error & { code?: unknown; details?: unknown };
  return {
    type: error.name,
    message: withoutCredentials(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: withoutCredentials(error.stack) }),
    ...(details === undefined ? {} : { details }),
    ...(error.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: errorFields(error.cause, depth + 1) }),
  };
}

/** Puts `***` in the place of keys that follow an authentication scheme. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS, '$1***');
}
