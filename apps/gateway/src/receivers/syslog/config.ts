import { z } from 'zod';
import { lineListenerSchema } from '../lines/config.ts';

const positive = z.number().int().min(1);

export const syslogConfigSchema = lineListenerSchema(6305).extend({
  udp: z.boolean().default(true).describe('Take datagrams on the same port too'),
  tls: z
    .object({
      enabled: z.boolean().default(false).describe('Listen for TLS too, with the certificate of the HTTP port'),
      port: z.number().int().min(0).max(65_535).default(6514).describe('Port to listen on; 0: any free one'),
    })
    .prefault({}),
  stream: z.string().min(1).default('logs_syslog').describe('Stream for the messages'),
  maxMessageBytes: positive.default(65_536).describe('Longest message; a longer one is passed over'),
  utcOffset: z
    .string()
    .regex(/^[+-]\d\d:\d\d$/, 'expected an offset such as +05:00')
    .default('+00:00')
    .describe('Time zone of messages that name none (RFC 3164)'),
});

export type SyslogConfig = z.infer<typeof syslogConfigSchema>;
