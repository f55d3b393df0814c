import { z } from 'zod';

const patternList = z.array(z.string().regex(/^[a-z0-9_*?]+$/, 'expected a stream pattern of a–z, 0–9, _, * and ?'));

/** What an aggregation reads. @param applicationId for the default of the group */
export function aggregationInputSchema(applicationId: string, patterns: string[]) {
  return z.object({
    patterns: patternList
      .min(1)
      .default(patterns)
      .describe('Patterns of the streams that are read: * is any run of characters, ? exactly one'),
    exclusions: patternList
      .default([])
      .describe('Patterns of streams that are left out although they match; the output is always left out'),
    groupId: z.string().min(1).optional().describe(`Consumer group; by default hercules.${applicationId}.<patterns joined by commas>`),
  });
}

/** Where the partial results of an aggregation go. */
export function partialsTopicSchema(topic: string) {
  return z.object({
    topic: z
      .string()
      .regex(/^[a-zA-Z0-9._-]{1,200}$/, 'expected the name of a topic')
      .default(topic)
      .describe('Topic of partial results by input partition; made when it is missing'),
    partitions: z
      .number()
      .int()
      .min(1)
      .max(99)
      .default(4)
      .describe('Partitions of that topic when it is made: most instances that can merge'),
    replicationFactor: z.number().int().min(1).default(1).describe('Replication factor of that topic when it is made'),
    retentionMs: z
      .number()
      .int()
      .min(60_000)
      .default(86_400_000)
      .describe('Retention of that topic when it is made, in ms; longer than anything may stand still'),
  });
}
