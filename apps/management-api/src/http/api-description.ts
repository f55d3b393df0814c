import type { ApiDescription } from '@hercules/http-api';

/** What /openapi.json says about the API as a whole. */
export function apiDescription(version: string): ApiDescription {
  return {
    title: 'Hercules management API',
    version,
    description:
      'Streams, timelines, rights of API keys, content validations, quotas and replays. Errors are answered as one line of text.',
    masterKeys: true,
  };
}
