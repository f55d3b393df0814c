import { hostname } from 'node:os';
import { z } from 'zod';

const SECRET = 'secret';

/** Marks a setting whose value is never printed or logged. */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ [SECRET]: true }) as S;
}

export function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.[SECRET] === true;
}

/** Settings that every app has. */
export const serviceConfigSchema = z.object({
  environment: z.string().min(1).default('dev').describe('Where the app runs; shown by /about and in log lines'),
  zone: z.string().min(1).default('default').describe('Data centre or availability zone; shown by /about'),
  instanceId: z.string().min(1).default(`${hostname()}-${process.pid}`).describe('Name of this process among its like'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe level that is logged'),
  shutdownGracePeriodMs: z.number().int().min(0).default(0).describe('How long /status answers 410 before the app stops to serve, in ms'),
  shutdownTimeoutMs: z.number().int().min(100).default(20_000).describe('Longest time that stopping may take, in ms'),
});

export type ServiceConfig = z.infer<typeof serviceConfigSchema>;

export const tlsConfigSchema = z.object({
  certFile: z.string().describe('PEM file of the certificate chain'),
  keyFile: z.string().describe('PEM file of the private key'),
  caFile: z.string().optional().describe('PEM file of the authority that client certificates must come from'),
});

const httpShape = z.object({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  port: z.number().int().min(0).max(65_535).describe('Port to listen on; 0 takes a free one'),
  tls: tlsConfigSchema.optional().describe('HTTPS instead of HTTP'),
});

export type HttpConfig = z.infer<typeof httpShape>;

/** Settings of an HTTP listener with the app's usual port. */
export function httpConfigSchema(defaultPort: number) {
  return httpShape.extend({ port: httpShape.shape.port.default(defaultPort) }).prefault({});
}
