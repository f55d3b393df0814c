import type { AssignedOffset, RecordBlock, TopicPartition } from '@hercules/kafka';

/** How a record has come to its end. A record that the store had already counts as written too. */
export const OUTCOME = { written: 0, duplicated: 1, filtered: 2, dead: 3 } as const;

export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/**
 * Hears how records come to their ends, in the order of their offsets, and may keep a note with each committed offset: note and offset are committed
 * together or not at all, so whoever owns the partition next goes on from exactly there. libs/audit has one.
 */
export interface SettlementLedger {
  /** Before the first block of these partitions, with the notes of their last owners. */
  assigned(positions: readonly AssignedOffset[]): void;
  /** Every record of the block has come to its end, and so have all before it. `outcomes[i]` is the {@link OUTCOME} of record i. */
  settled(block: RecordBlock, outcomes: Uint8Array): void;
  /** Before a commit; resolves within a bounded time, whatever happens. */
  beforeCommit(): Promise<void>;
  /** What to keep with the offset after the last block that was settled; '' = nothing. */
  note(topic: string, partition: number): string;
  /** The partitions belong to others from now on. */
  revoked(partitions: readonly TopicPartition[]): void;
}
