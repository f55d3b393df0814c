import { z } from 'zod';
import type { ApiKeyIdentity } from './api-key.ts';

/** Seconds for which a key may save up what it has not sent, unless its quota says otherwise. */
export const DEFAULT_BURST_SECONDS = 10;
export const MAX_BURST_SECONDS = 3600;

/** How much an API key may write to the streams that a pattern names, all of them together. At least one of the two rates is there. */
export interface Quota extends ApiKeyIdentity {
  /** As in a rule: `*` is any run of a–z, 0–9, _, `?` exactly one. */
  readonly pattern: string;
  readonly eventsPerSecond?: number | undefined;
  /** Bytes of the events in the binary format (protocol §5). */
  readonly bytesPerSecond?: number | undefined;
  readonly burstSeconds: number;
}

const rate = z.number().int().min(1);

/** The value of a quota's record. */
export const quotaValueSchema = z
  .object({
    prefix: z.string().default(''),
    eventsPerSecond: rate.optional(),
    bytesPerSecond: rate.optional(),
    burstSeconds: z.number().int().min(1).max(MAX_BURST_SECONDS).default(DEFAULT_BURST_SECONDS),
  })
  .refine(({ eventsPerSecond, bytesPerSecond }) => eventsPerSecond !== undefined || bytesPerSecond !== undefined, {
    error: 'expected eventsPerSecond or bytesPerSecond',
  });
