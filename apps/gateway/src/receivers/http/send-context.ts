import type { MethodCounters } from '../../intake-counters.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import type { Refusals } from '../refusals.ts';

/** What every exchange of `/stream/send` and `/stream/sendAsync` shares. */
export interface SendContext extends ReceiverParts {
  /** Longest body as sent, in bytes. */
  readonly maxContentLength: number;
  /** Unpacked bodies must be shorter than this, in bytes. */
  readonly originalLengthLimit: number;
  readonly sendCounters: MethodCounters;
  readonly sendAsyncCounters: MethodCounters;
  readonly refusals: Refusals;
}
