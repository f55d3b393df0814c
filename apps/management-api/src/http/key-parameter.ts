import type { Parameter } from '@hercules/http-api';
import { API_KEY_PATTERN, apiKeyIdentity, parseListedKey, type ApiKeyIdentity } from '@hercules/metadata';
import { z } from 'zod';

const EXPECTED = 'expected an API key (a–z, 0–9, _ and at its end 32 hex digits) or a key as the lists show it';

/** Both forms of a key in one pattern: the plain key, or what lists show of it. */
const EITHER_FORM = new RegExp(`${API_KEY_PATTERN.source}|^[a-z0-9_]*~sha256:[0-9a-f]{64}$`);

/**
 * The API key that a change is about. Only its digest and readable prefix go on. A key as the lists show it is taken as well, so that an
 * administrator can remove the rules of a key that only its owner knows.
 */
export const keyParameter: Parameter<ApiKeyIdentity> = {
  name: 'key',
  description: 'The API key, or <prefix>~sha256:<digest> as the lists show it',
  required: true,
  emptyIsMissing: true,
  secret: true,
  schema: z
    .string()
    .regex(EITHER_FORM, { error: EXPECTED })
    .transform((text) => parseListedKey(text) ?? apiKeyIdentity(text)),
};
