import { readFileSync } from 'node:fs';
import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';

const brokerSchema = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'expected host:port');

const tlsSchema = z.object({
  enabled: z.boolean().default(false).describe('Speak TLS with the brokers'),
  caFile: z.string().optional().describe('PEM file of the authority that signed the brokers’ certificates; by default the system’s'),
  certFile: z.string().optional().describe('PEM file of a client certificate'),
  keyFile: z.string().optional().describe('PEM file of its private key'),
  serverName: z.string().optional().describe('Name that the brokers’ certificates must have, if not the host’s'),
});

const saslSchema = z.object({
  mechanism: z.enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512']).default('none').describe('How to log in to the brokers'),
  username: z.string().optional().describe('User to log in as'),
  password: z.string().meta({ secret: true }).optional().describe('Password of the user'),
});

/** How to reach Kafka. */
export const kafkaConfigSchema = z.object({
  brokers: z
    .array(brokerSchema)
    .min(1)
    .default(['127.0.0.1:9092'])
    .describe('Some brokers of the cluster; the others are found through them'),
  clientId: z.string().min(1).default('hercules').describe('Name of this client in the brokers’ logs and quotas'),
  tls: tlsSchema.prefault({}),
  sasl: saslSchema.prefault({}),
  connectionTimeoutMs: z.number().int().min(100).default(3000).describe('Longest wait for a connection, in ms'),
  requestTimeoutMs: z
    .number()
    .int()
    .min(500)
    .default(10_000)
    .describe('Longest wait for an answer; then the connection is given up, in ms'),
  startTimeoutMs: z.number().int().min(0).default(60_000).describe('How long the start waits for the first broker, in ms'),
});

export type KafkaConfig = z.infer<typeof kafkaConfigSchema>;

/** TLS options as Node.js takes them; undefined without TLS. @throws HerculesError BAD_CONFIG when a file cannot be read */
export function tlsOptions({ tls }: KafkaConfig): Record<string, unknown> | undefined {
  if (!tls.enabled) return undefined;
  const read = (setting: string, file: string | undefined): Buffer | undefined => {
    if (file === undefined) return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      throw new HerculesError('BAD_CONFIG', `kafka.tls.${setting} ${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  };
  const options = {
    ca: read('caFile', tls.caFile),
    cert: read('certFile', tls.certFile),
    key: read('keyFile', tls.keyFile),
    servername: tls.serverName,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** SASL options as kafkajs takes them; undefined without. @throws HerculesError BAD_CONFIG when user or password are missing */
export function saslOptions({ sasl }: KafkaConfig): { mechanism: string; username: string; password: string } | undefined {
  const { mechanism, username, password } = sasl;
  if (mechanism === 'none') return undefined;
  if (username === undefined || password === undefined) {
    throw new HerculesError('BAD_CONFIG', `kafka.sasl.mechanism is ${mechanism}: expected kafka.sasl.username and kafka.sasl.password too`);
  }
  return { mechanism, username, password };
}
