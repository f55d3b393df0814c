import { type EventWriter, msToTicks } from '@hercules/protocol';
import { splitEntries } from './entry-splitter.ts';
import { entryTicks, writeLogEvent } from './log-event.ts';
import type { LogFormat } from './log-record.ts';
import { LogTail, type TailPiece, type TailPosition } from './log-tail.ts';
import type { RepeatLimit } from './repeat-limit.ts';

/** How far a log has been shipped, as it is kept on disk. */
export interface SourcePosition extends TailPosition {
  /** Time of the last event, in ticks, as text because JSON has no 64-bit integers. */
  readonly lastTicks: string;
}

/** One log file on its way: new entries become events of a batch; when the batch has arrived, `commit` moves on. */
export class LogSource {
  readonly application: string;
  readonly #format: LogFormat;
  readonly #tail: LogTail;
  readonly #limit: RepeatLimit;
  #lastTicks: bigint;
  #pending: { end: number; lastTicks: bigint } | undefined;

  constructor(application: string, file: string, format: LogFormat, limit: RepeatLimit, position: SourcePosition | undefined) {
    this.application = application;
    this.#format = format;
    this.#tail = new LogTail(file, position);
    this.#limit = limit;
    this.#lastTicks = BigInt(position?.lastTicks ?? 0);
  }

  get position(): SourcePosition | undefined {
    const { position } = this.#tail;
    return position && { ...position, lastTicks: String(this.#lastTicks) };
  }

  /** Writes what is new in the file into the batch. */
  collect(writer: EventWriter, nowMs: number): void {
    const piece = this.#tail.read(nowMs);
    if (piece === undefined) return;
    const { entries, end } = this.#split(piece);
    let lastTicks = this.#lastTicks;
    for (const { lines, start } of entries) {
      const record = this.#format.parse(lines);
      // An entry without a time, e.g. of a crash, happened about when the one before it did.
      const ticks = record.timestampMs === undefined ? (lastTicks || msToTicks(nowMs)) + 1n : entryTicks(record.timestampMs, lastTicks);
      const { ship, suppressedBefore } = this.#limit.check(this.application, record.logger, record.message, nowMs);
      if (!ship || (record.message === '' && record.stackTrace === undefined)) continue;
      lastTicks = ticks;
      writeLogEvent(writer, record, { application: this.application, inode: piece.inode, offset: start }, ticks, suppressedBefore);
    }
    this.#pending = { end, lastTicks };
  }

  /** What was collected last has arrived. */
  commit(): void {
    if (this.#pending === undefined) return;
    this.#tail.advance(this.#pending.end);
    this.#lastTicks = this.#pending.lastTicks;
    this.#pending = undefined;
  }

  close(): void {
    this.#tail.close();
  }

  /** An entry longer than a piece would never be whole: then what there is of it is taken, or passed over when it is one endless line. */
  #split({ bytes, offset, isComplete, isFull }: TailPiece) {
    const split = splitEntries(bytes, offset, this.#format, isComplete);
    if (split.end > offset || !isFull) return split;
    const forced = splitEntries(bytes, offset, this.#format, true);
    return forced.end > offset ? forced : { entries: [], end: offset + bytes.length };
  }
}
