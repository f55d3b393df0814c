import { createHash } from 'node:crypto';

/** Form of an API key: a readable prefix and 32 hex digits (apis §4). */
export const API_KEY_PATTERN = /^[a-z0-9_]*[a-f0-9]{32}$/;

const DIGEST_MARKER = '~sha256:';
const LISTED_KEY = /^([a-z0-9_]*)~sha256:([0-9a-f]{64})$/;

/** What may be stored and shown of an API key: its readable prefix and its digest. The key itself is known to its producer only. */
export interface ApiKeyIdentity {
  /** SHA-256 of the key's UTF-8 bytes, 64 hex digits. */
  readonly digest: string;
  /** The part of the key before its last 32 hex digits, e.g. `shop_`; may be empty. */
  readonly prefix: string;
}

/** SHA-256 of a key, 64 lower-case hex digits. */
export function apiKeyDigest(apiKey: string): string {
  return createHash('sha256').update(apiKey, 'utf8').digest('hex');
}

/** The readable prefix of a key; empty for a text that is not of the form {@link API_KEY_PATTERN}, so that nothing secret is ever shown. */
export function apiKeyPrefix(apiKey: string): string {
  return API_KEY_PATTERN.test(apiKey) ? apiKey.slice(0, -32) : '';
}

/** Digest and prefix of a plain key. */
export function apiKeyIdentity(apiKey: string): ApiKeyIdentity {
  return { digest: apiKeyDigest(apiKey), prefix: apiKeyPrefix(apiKey) };
}

/** How listings show a key: `<prefix>~sha256:<64 hex digits>`. It has no dot, so `key.pattern.right` keeps its three parts. */
export function listedKey(identity: ApiKeyIdentity): string {
  return `${identity.prefix}${DIGEST_MARKER}${identity.digest}`;
}

/** Reads back what {@link listedKey} wrote; undefined for any other text. */
export function parseListedKey(text: string): ApiKeyIdentity | undefined {
  const match = LISTED_KEY.exec(text);
  return match === null ? undefined : { prefix: match[1]!, digest: match[2]! };
}

/** The first digits of a digest: enough to recognise a key in a log line. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 8);
}
