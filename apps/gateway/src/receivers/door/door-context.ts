import type { ReceiverParts } from '../receiver-parts.ts';
import type { Refusals } from '../refusals.ts';

/** What every exchange of a door over HTTP shares. */
export interface DoorContext extends ReceiverParts {
  /** Longest body as sent, in bytes. */
  readonly maxContentLength: number;
  /** Longest body when unpacked, in bytes. */
  readonly maxUnpackedBytes: number;
  /** The API key of requests that carry none. */
  readonly anonymousKey: string | undefined;
  readonly refusals: Refusals;
}
