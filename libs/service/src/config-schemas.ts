import { hostname } from 'node:os';
import { z } from 'zod';

/** Settings that every app has. */
export const serviceConfigSchema = z.object({
  environment: z.string().min(1).default('dev').describe('Where the app runs; shown by /about'),
  zone: z.string().min(1).default('default').describe('Data centre or availability zone; shown by /about'),
  instanceId: z
    .string()
    .min(1)
    .default(() => `${hostname()}-${process.pid}`)
    .describe('Name of this process among its like; shown by /about and in log lines'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe level that is logged'),
  shutdownGracePeriodMs: z.number().int().min(0).default(0).describe('How long /status answers 410 before the app stops to serve, in ms'),
  shutdownTimeoutMs: z.number().int().min(100).default(20_000).describe('Longest time that stopping may take after that, in ms'),
});

export type ServiceConfig = z.infer<typeof serviceConfigSchema>;

/** Setting `workers` of an app that can serve with several processes: a number, or `auto` for one a core. */
export const workersSchema = z
  .union([z.literal('auto'), z.number().int().min(1).max(256)], { error: 'expected a number from 1 to 256, or auto' })
  .default(1)
  .describe('Processes that share the ports; auto: one a core');

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
