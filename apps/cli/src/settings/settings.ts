import { z } from 'zod';

const url = z
  .string()
  .regex(/^https?:\/\/[^\s/]+(\/\S*)?$/, 'expected a URL such as http://127.0.0.1:6309')
  .transform((text) => text.replace(/\/+$/, ''));

/** Where things are and with which keys to ask them; every part may be missing until a command needs it. */
export const settingsSchema = z.strictObject({
  managementApi: url.optional().describe('Base URL of management-api'),
  queryApi: url.optional().describe('Base URL of query-api'),
  gateway: url.optional().describe('Base URL of the gateway (HTTP)'),
  sinks: z.record(z.string(), url).optional().describe('Base URLs of the sinks and processors by name, for top and doctor'),
  brokers: z
    .array(z.string().regex(/^[^\s:]+:\d{1,5}$/, 'expected host:port'))
    .optional()
    .describe('Brokers of Kafka, for doctor'),
  elasticsearch: url.optional().describe('Base URL of Elasticsearch, for doctor'),
  masterKey: z.string().min(1).optional().describe('Master key of management-api'),
  apiKey: z.string().min(1).optional().describe('API key for the gateway and query-api'),
});

export type Settings = z.infer<typeof settingsSchema>;

/** What of the settings may be shown: keys only as whether they are there. */
export function shownSettings(settings: Settings): Record<string, unknown> {
  const { masterKey, apiKey, ...rest } = settings;
  return { ...rest, ...(masterKey === undefined ? {} : { masterKey: '***' }), ...(apiKey === undefined ? {} : { apiKey: '***' }) };
}
