import type { ApiRequest, Route } from '@hercules/http-api';
import type { TracingConfig } from './config.ts';

/** Who may read traces: whoever may read the stream of spans; or anybody, as in the original. */
export interface TraceAccess {
  /** For the routes' descriptions. */
  readonly access: Route['access'];
  readonly rights: { readonly rights?: string };
  /** Throws UNAUTHORIZED_RIGHT, PERMISSION_DENIED. */
  check(request: ApiRequest): void;
}

export function traceAccess({ requireApiKey, stream }: Pick<TracingConfig, 'requireApiKey' | 'stream'>): TraceAccess {
  if (!requireApiKey) return { access: 'none', rights: {}, check: () => undefined };
  return {
    access: 'key',
    rights: { rights: `read on the stream of spans (${stream})` },
    check: (request) => request.requireRight('read', stream),
  };
}
