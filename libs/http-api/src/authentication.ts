import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Authorizer } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import type { Caller } from './caller.ts';

const MASTER_KEY_SCHEME = 'Hercules masterApiKey ';
const API_KEY_SCHEME = 'Hercules apiKey ';

/** Reads keys from headers and says whose they are (apis §2). Without master keys, API keys are the only ones there are. */
export class Authentication {
  readonly #masterDigests: readonly Buffer[];
  readonly #authorizer: Authorizer;

  constructor(masterKeys: readonly string[], authorizer: Authorizer) {
    this.#masterDigests = masterKeys.map(sha256);
    this.#authorizer = authorizer;
  }

  /** The holder of a master key; throws UNAUTHENTICATED for anybody else. */
  master(headers: IncomingHttpHeaders): Caller {
    const caller = this.#master(headers);
    if (caller !== undefined) return caller;
    throw new HerculesError(
      'UNAUTHENTICATED',
      'This needs a master key in the header "Authorization: Hercules masterApiKey <key>"; the key given is missing or unknown',
    );
  }

  /** The holder of a master key or of a known API key, tried in this order; throws UNAUTHENTICATED for anybody else. */
  any(headers: IncomingHttpHeaders): Caller {
    const master = this.#master(headers);
    if (master !== undefined) return master;
    const identity = this.#authorizer.identify(keyFrom(headers, API_KEY_SCHEME, 'apikey'));
    if (identity !== undefined) return { kind: 'apiKey', ...identity };
    throw new HerculesError(
      'UNAUTHENTICATED',
      this.#masterDigests.length === 0
        ? 'This needs a known API key in the header "Authorization: Hercules apiKey <key>"'
        : 'This needs a known key in the header "Authorization: Hercules masterApiKey <key>" or "Authorization: Hercules apiKey <key>"',
    );
  }

  #master(headers: IncomingHttpHeaders): Caller | undefined {
    const key = keyFrom(headers, MASTER_KEY_SCHEME, 'masterapikey');
    if (key === undefined || key === '') return undefined;
    const digest = sha256(key);
    // Digests have one length and are all compared, so the time taken says nothing about a master key.
    const matches = this.#masterDigests.filter((known) => timingSafeEqual(known, digest));
    return matches.length > 0 ? { kind: 'master', digest: digest.toString('hex') } : undefined;
  }
}

/** `Authorization` wins if it has exactly this scheme; otherwise the deprecated header of the same meaning is read. */
function keyFrom(headers: IncomingHttpHeaders, scheme: string, deprecatedHeader: string): string | undefined {
  const { authorization } = headers;
  if (authorization?.startsWith(scheme)) return authorization.slice(scheme.length);
  const value = headers[deprecatedHeader];
  return Array.isArray(value) ? value[0] : value;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
