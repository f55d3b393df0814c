import type { Admission } from '../admission.ts';
import type { BatchIntake } from '../batch-intake.ts';
import type { BufferPool } from '../buffer-pool.ts';
import type { FailureLog } from '../failure-log.ts';
import type { StreamAccessCache } from '../stream-access.ts';

/** What all receivers share: one admission, so that the bound on bytes under way holds for all of them together. */
export interface ReceiverParts {
  readonly lifecycle: { readonly state: string };
  readonly access: StreamAccessCache;
  readonly admission: Admission;
  readonly intake: BatchIntake;
  readonly buffers: BufferPool;
  readonly failures: FailureLog;
}
