const SCHEME = 'Hercules apiKey ';
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The API key that a request carries, or undefined (apis §2). The `Authorization` header wins if it has the exact prefix, case and single
 * space included; otherwise the deprecated `apiKey` header is read. The key itself must never reach a log.
 */
export function apiKeyOf(authorization: string | undefined, deprecatedHeader: string | undefined): string | undefined {
  if (authorization !== undefined && authorization.startsWith(SCHEME)) return authorization.slice(SCHEME.length);
  return deprecatedHeader;
}

/**
 * The API key of a request by another protocol, whose clients can often be told only a scheme of their own: ours or the `apiKey` header as above,
 * or in `Authorization`: `Bearer <key>`; `Basic`, where the key is the password (RFC 7617); `ApiKey`, which holds the key or, as Elasticsearch's
 * clients send it, base64 of `<id>:<key>`. Schemes are compared without case (RFC 9110 §11.1).
 */
export function doorApiKeyOf(authorization: string | undefined, keyHeader: string | undefined): string | undefined {
  if (authorization === undefined || authorization.startsWith(SCHEME)) return apiKeyOf(authorization, keyHeader);
  const space = authorization.indexOf(' ');
  const credentials = authorization.slice(space + 1).trim();
  switch (authorization.slice(0, Math.max(space, 0)).toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic':
      return afterColon(Buffer.from(credentials, 'base64').toString('utf8'));
    case 'apikey':
      return keyOfPair(credentials) ?? credentials;
    default:
      return keyHeader;
  }
}

/** The key of base64 of `<id>:<key>`. A key as it is can be read as base64 too: of any bytes, and one key in nine has a colon among them, but not of text. */
function keyOfPair(credentials: string): string | undefined {
  const pair = Buffer.from(credentials, 'base64').toString('latin1');
  return PRINTABLE.test(pair) ? afterColon(pair) : undefined;
}

/** What comes after the first colon; undefined if there is none. */
function afterColon(text: string): string | undefined {
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}
