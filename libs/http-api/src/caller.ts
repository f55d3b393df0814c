import { shortDigest, type ApiKeyIdentity } from '@hercules/metadata';

/**
 * Who sent a request: the holder of a master key, who may do everything, or of an API key that some rule mentions; or anybody, where a
 * route asks for no key.
 */
export type Caller =
  { readonly kind: 'master'; readonly digest: string } | ({ readonly kind: 'apiKey' } & ApiKeyIdentity) | { readonly kind: 'anonymous' };

/** How logs and queued tasks name a caller: never by the key, always so that one key can be told from another. */
export function callerName(caller: Caller): string {
  if (caller.kind === 'anonymous') return caller.kind;
  return `${caller.kind === 'master' ? caller.kind : caller.prefix}~${shortDigest(caller.digest)}`;
}
