import { z } from 'zod';

export const zipkinConfigSchema = z.object({
  enabled: z.boolean().default(true).describe('Take spans of Zipkin v2 on the HTTP port'),
  stream: z.string().min(1).default('traces_zipkin').describe('Stream for the spans'),
});

export type ZipkinConfig = z.infer<typeof zipkinConfigSchema>;
