import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { ServiceConfig } from './config-schemas.ts';

/** Where a key might stand in logged fields; its value is never written. */
const REDACTED = [
  'authorization',
  'apiKey',
  'masterApiKey',
  '*.authorization',
  '*.apiKey',
  '*.masterApiKey',
  'headers.authorization',
  'req.headers.authorization',
];

/** JSON lines on standard output, each with the app and its instance. */
export function createLogger(name: string, config: ServiceConfig): Logger {
  return pino({
    level: config.logLevel,
    base: { app: name, instance: config.instanceId },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '***' },
  });
}
