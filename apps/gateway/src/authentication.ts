const SCHEME = 'Hercules apiKey ';

/**
 * The API key that a request carries, or undefined (apis §2). The `Authorization` header wins if it has the exact prefix, case and single
 * space included; otherwise the deprecated `apiKey` header is read. The key itself must never reach a log.
 */
export function apiKeyOf(authorization: string | undefined, deprecatedHeader: string | undefined): string | undefined {
  if (authorization !== undefined && authorization.startsWith(SCHEME)) return authorization.slice(SCHEME.length);
  return deprecatedHeader;
}
