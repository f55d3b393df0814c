import { z } from 'zod';

/** Where the weights of replicas come from. */
export const replicasConfigSchema = z.object({
  enabled: z.boolean().default(true).describe('Serve the weights of replicas that trace-analytics publishes'),
  topic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .default('hercules_replicas')
    .describe('Compacted topic of the weights; waited for while it is not there'),
  maxFollowers: z.number().int().min(1).default(200).describe('Most clients that follow weights at once; further ones are answered 503'),
});

export type ReplicasConfig = z.infer<typeof replicasConfigSchema>;
