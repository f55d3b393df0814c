import { z } from 'zod';
import { lineListenerSchema } from '../lines/config.ts';

const positive = z.number().int().min(1);

export const graphiteConfigSchema = lineListenerSchema(6303).extend({
  pickle: z
    .object({
      enabled: z.boolean().default(false).describe('Listen for pickled lists too, as carbon’s relays send them'),
      port: z.number().int().min(0).max(65_535).default(6304).describe('Port to listen on; 0: any free one'),
      maxMessageBytes: positive.default(1_048_576).describe('Longest pickled list'),
    })
    .prefault({}),
  stream: z.string().min(1).default('metrics_graphite').describe('Stream for metrics'),
  plainStream: z.string().min(1).optional().describe('Stream for metrics without tags; the same unless given'),
  maxLineBytes: positive.default(1024).describe('Longest line; a longer one is passed over'),
  acl: z
    .array(z.string().regex(/^(PERMIT|DENY) \S.*$/, 'expected PERMIT or DENY, a space and a regular expression'))
    .default([])
    .describe('Rules by name, e.g. "DENY test\\..*": the first whose regular expression is that of the whole name decides'),
  aclDefault: z.enum(['PERMIT', 'DENY']).default('PERMIT').describe('What holds for names that no rule fits'),
});

export type GraphiteConfig = z.infer<typeof graphiteConfigSchema>;
