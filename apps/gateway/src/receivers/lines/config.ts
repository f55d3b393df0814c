import { secret } from '@hercules/service';
import { z } from 'zod';

const positive = z.number().int().min(1);

/** Settings of every listener for a protocol that cannot acknowledge. @param port its usual port */
export function lineListenerSchema(port: number) {
  return z.object({
    enabled: z.boolean().default(false).describe('Listen for it'),
    host: z.string().default('127.0.0.1').describe('Address to listen on'),
    port: z.number().int().min(0).max(65_535).default(port).describe('Port to listen on; 0: any free one'),
    apiKey: secret(z.string().min(1))
      .optional()
      .describe('API key whose rights and quotas hold for all that comes here; doors.anonymousApiKey unless given'),
    maxConnections: positive.default(50_000).describe('Connections at once; others are closed at once'),
    idleTimeoutMs: positive.default(90_000).describe('A connection that is silent for so long is closed'),
    maxHeldBytes: positive
      .min(1_048_576)
      .default(67_108_864)
      .describe(
        'Memory for what was read and Kafka does not have yet; while it is full, connections are not read, and datagrams are dropped',
      ),
    maxHeldBytesPerConnection: positive.default(1_048_576).describe('The part of it that one connection may take'),
  });
}

export type LineListenerConfig = z.infer<ReturnType<typeof lineListenerSchema>>;
