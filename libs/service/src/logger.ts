import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { ServiceConfig } from './config-schemas.ts';
import { errorFields } from './error-fields.ts';

/** Names of fields that may hold a key or a password, as they are written in code and as Node.js spells headers. */
const SECRET_NAMES = ['authorization', 'Authorization', 'apiKey', 'apikey', 'masterApiKey', 'masterapikey', 'masterKeys', 'password'];

/** JSON lines on standard output, each with the app and its instance (docs/components.md, rules L-1 to L-5). */
export function createLogger(
  name: string,
  config: Pick<ServiceConfig, 'logLevel' | 'instanceId'>,
  { worker, destination }: { worker?: number; destination?: DestinationStream } = {},
): Logger {
  const options = {
    level: config.logLevel,
    base: { app: name, instance: config.instanceId, ...(worker === undefined ? {} : { worker }) },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorFields, error: errorFields },
    redact: { paths: SECRET_NAMES.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '***' },
  };
  // A line in the hands of a thread would be overtaken, or lost, when the process ends: pino's own default.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}
