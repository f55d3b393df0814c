import type { EventWriter } from '@hercules/protocol';

/** Makes the events of a load. */
export interface EventSource {
  /**
   * Writes the next events, as one batch.
   * @returns for each event a text by which it is found in its store
   */
  writeBatch(writer: EventWriter): string[];
}
