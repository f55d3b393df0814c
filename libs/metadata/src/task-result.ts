import { z } from 'zod';

/** How a queued change of the metadata ended; stands under `task/<id>` of the metadata topic for a day (model §7.1). */
export const taskResultSchema = z.object({
  status: z.enum(['DONE', 'FAILED']),
  /** A code of ERROR_CODES; with FAILED only. */
  code: z.string().optional(),
  /** Why it failed, fit to be shown to the caller. */
  error: z.string().optional(),
  /** When the task was queued, ms since epoch: decides how long the result is kept. */
  queuedAt: z.number(),
  finishedAt: z.number(),
});

export type TaskResult = z.infer<typeof taskResultSchema>;

/** Value of the `leader` record: the instance that may write from this record's offset on, until the next such record. */
export const leaderClaimSchema = z.object({ claim: z.string(), instance: z.string(), at: z.number() });

export type LeaderClaim = z.infer<typeof leaderClaimSchema>;
