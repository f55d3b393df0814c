import type { RecordBlock } from '@hercules/kafka';
import { decodeNote, encodeNote } from './ledger-note.ts';
import { MinuteLedger } from './minute-ledger.ts';
import { MINUTE_MS, minuteOfMs } from './minutes.ts';

/** Outcomes as libs/sink numbers them. */
const WRITTEN = 0;
const DUPLICATED = 1;
const FILTERED = 2;
/** While the audit topic takes nothing, the oldest minutes beyond these are given up and become unknown; a note holds no more of them either. */
const MOST_CLOSED_MINUTES = 240;

/**
 * What became of every offset of one partition in one consumer group, minute after minute, in the order of the offsets and each once.
 *
 * The minute of an offset is the greatest minute of all timestamps up to it. So minutes follow each other without going back, as the offsets that Kafka gives for
 * the beginnings of minutes do: the two can be compared exactly, although timestamps of several gateways interleave.
 */
export class PartitionLedger {
  #next: number;
  #open: MinuteLedger | undefined;
  #closed: MinuteLedger[] = [];

  /** @param note what was committed with the offset; −1 = nothing was committed */
  constructor(offset = -1, note = '') {
    const state = decodeNote(note, offset);
    this.#next = state?.next ?? -1;
    this.#open = state?.open;
    this.#closed = [...(state?.closed ?? [])];
  }

  /** Adds the records of a block, all of which have come to their end. */
  settle(block: RecordBlock, outcomes: Uint8Array): void {
    const { count, firstOffset, lastOffset, offsets, timestamps, buffer, valueStarts, valueEnds } = block;
    // Somebody has set the group back, or the topic was made anew: what was counted stands for other records.
    if (firstOffset < this.#next) this.#close(this.#next);
    // An offset in between is neither counted nor absent: the range of its minute holds it and no count does, which the comparison sees.
    let expected = firstOffset;
    for (let i = 0; i < count; i++) {
      const offset = offsets[i]!;
      const ms = timestamps[i]!;
      if (this.#open === undefined || ms >= (this.#open.minute + 1) * MINUTE_MS) expected = this.#beginMinute(ms, offset, expected);
      const open = this.#open!;
      open.absent += offset - expected;
      expected = offset + 1;
      const outcome = outcomes[i]!;
      if (outcome === FILTERED) open.filtered++;
      else if (outcome === WRITTEN || outcome === DUPLICATED) {
        open.written++;
        if (outcome === DUPLICATED) open.duplicated++;
        if (valueStarts[i]! >= 0) open.events.addEvent(buffer, valueStarts[i]!, valueEnds[i]!);
      } else open.dead++;
    }
    this.#next = lastOffset + 1;
    if (this.#open === undefined) return;
    this.#open.absent += this.#next - expected;
    this.#open.to = this.#next;
    this.#open.version++;
  }

  /** Minutes whose counts Kafka does not have as they are. Closed ones that it has are forgotten. */
  unpublished(): MinuteLedger[] {
    this.#closed = this.#closed.filter(({ isKept }) => !isKept);
    return this.#open === undefined || this.#open.isKept ? this.#closed : [...this.#closed, this.#open];
  }

  get hasClosedMinutes(): boolean {
    return this.#closed.some(({ isKept }) => !isKept);
  }

  /** What is to be committed with the offset behind the last block; '' when nothing was counted. */
  note(): string {
    return this.#next < 0 ? '' : encodeNote({ next: this.#next, open: this.#open, closed: this.#closed });
  }

  /**
   * The minute of a record at `offset`; offsets without a record before it belong to the minute before. A record without a timestamp arrives now.
   * @returns the next offset that the new minute expects
   */
  #beginMinute(ms: number, offset: number, expected: number): number {
    const from = this.#open === undefined ? expected : offset;
    if (this.#open !== undefined) this.#open.absent += offset - expected;
    this.#close(offset);
    this.#open = new MinuteLedger(minuteOfMs(ms < 0 ? Date.now() : ms), from);
    return from;
  }

  #close(to: number): void {
    if (this.#open === undefined) return;
    this.#open.to = to;
    this.#open.version++;
    this.#closed.push(this.#open);
    if (this.#closed.length > MOST_CLOSED_MINUTES) this.#closed = this.#closed.filter(({ isKept }) => !isKept).slice(-MOST_CLOSED_MINUTES);
    this.#open = undefined;
  }
}
