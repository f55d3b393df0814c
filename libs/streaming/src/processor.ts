import type { RecordBlock, TopicPartition } from '@hercules/kafka';
import type { Checkpoint } from './checkpoint.ts';
import type { Output } from './output.ts';

/** What a processor does with one partition of its input. Everything is synchronous: between two calls its state is whole. */
export interface PartitionProcessor {
  /** Takes records in; the block is given back afterwards. Records before the restored position are those that make up the state once more. */
  process(block: RecordBlock, nowMs: number): void;
  /** Writes what is due. @param isAtEnd everything that the partition holds has been processed */
  tick(nowMs: number, isAtEnd: boolean): void;
  /** Where reading has to begin again for the state to become what it is now; records before are not needed any more. */
  readonly rereadFrom: number;
  /** What has to be known then. */
  readonly checkpoint: Checkpoint;
}

/** Makes the processor of a partition that was assigned. `restored` is undefined for a partition that is read for the first time. */
export type CreateProcessor = (source: TopicPartition, restored: Checkpoint | undefined, output: Output) => PartitionProcessor;
