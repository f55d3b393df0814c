import type { Admission } from '../../admission.ts';
import type { EventBatches } from './event-batches.ts';
import type { HeldDelivery } from './held-delivery.ts';
import type { LineCounters } from './line-counters.ts';

/** Permits for a byte that was read: its event is longer than the message. */
export const PERMITS_A_BYTE = 4;

/** What the sockets of a listener have for what they have read. */
export interface DeliveryParts {
  /** Memory for what was read; the listener's own, so that one that is held up does not hold up others. */
  readonly admission: Admission;
  readonly delivery: HeldDelivery;
  readonly batches: EventBatches;
  readonly counters: LineCounters;
}

/**
 * Delivers all that was gathered, and gives the permits back when Kafka has it, or there is no hope for it.
 * @returns how many bytes of events that are, and when it is over
 */
export function deliverTaken(
  { admission, batches, counters, delivery }: DeliveryParts,
  permits: number,
): { readonly bytes: number; readonly over: Promise<void> } {
  const taken = batches.take();
  const bytes = taken.reduce((sum, { batch }) => sum + batch.length, 0);
  counters.heldBytes += bytes;
  const over = Promise.all(taken.map(({ stream, batch, events }) => delivery.deliver(stream, batch, events))).then(() => {
    admission.release(permits);
    counters.heldBytes -= bytes;
  });
  return { bytes, over };
}
