import { hostname } from 'node:os';
import type { ServiceConfig } from './config-schemas.ts';

/** What GET /about shows (apis §1.1). */
export interface About {
  readonly applicationName: string;
  readonly applicationId: string;
  readonly version: string;
  readonly commitId: string;
  readonly environment: string;
  readonly zone: string;
  readonly instanceId: string;
  readonly hostname: string;
  /** The same under the name that the original's documents use. */
  readonly hostName: string;
}

export function aboutOf(name: string, version: string, config: ServiceConfig): About {
  return {
    applicationName: `Hercules ${name}`,
    applicationId: name,
    version,
    commitId: process.env['HERCULES_COMMIT_ID'] ?? 'unknown',
    environment: config.environment,
    zone: config.zone,
    instanceId: config.instanceId,
    hostname: hostname(),
    hostName: hostname(),
  };
}
