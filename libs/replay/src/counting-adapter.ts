import type { RecordBlock } from '@hercules/kafka';
import { requireEvent, type SinkAdapter, type WriteReport } from '@hercules/sink';

const ALL_COUNTED: WriteReport = { failures: [], duplicated: 0 };

/** For dry runs: takes every event and writes none. */
export class CountingAdapter implements SinkAdapter<{ items: number }> {
  createBatch(): { items: number } {
    return { items: 0 };
  }

  resetBatch(batch: { items: number }): void {
    batch.items = 0;
  }

  batchBytes(): number {
    return 0;
  }

  add(batch: { items: number }, block: RecordBlock, index: number): boolean {
    requireEvent(block, index);
    batch.items++;
    return true;
  }

  write(): Promise<WriteReport> {
    return Promise.resolve(ALL_COUNTED);
  }
}
