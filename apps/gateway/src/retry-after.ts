import type { HerculesError } from '@hercules/protocol';

/** When a producer that was told to come back later should do so, unless it is known better, in ms. */
const RETRY_AFTER_MS = 1000;

/** When a request that was refused for now may be repeated, in ms: what the error knows (`retryAfterMs` of a quota), or a second. */
export function retryAfterMs({ details }: HerculesError): number {
  const known = details?.['retryAfterMs'];
  return typeof known === 'number' ? known : RETRY_AFTER_MS;
}

/** The same as the value of Retry-After (RFC 9110 §10.2.3): whole seconds, rounded up. */
export function retryAfterSeconds(error: HerculesError): string {
  return String(Math.ceil(retryAfterMs(error) / 1000));
}
