import type { ApiDescription } from '@hercules/http-api';

/** What /openapi.json says about the API as a whole. */
export function apiDescription(version: string): ApiDescription {
  return {
    title: 'Hercules query API',
    version,
    description: 'Streams, timelines and traces read back. Errors are answered as one line of text.',
    masterKeys: false,
  };
}
