import type { LogFormat } from './log-record.ts';

/** The lines of one log entry and where they stand in the file. */
export interface LogEntry {
  readonly lines: readonly string[];
  /** Byte position of the first line. */
  readonly start: number;
  /** Byte position after the last line. */
  readonly end: number;
}

/** Longer entries lose their last lines: an event must stay far below the limit of 500 kB. */
const MOST_LINES = 400;
const LONGEST_LINE = 8 * 1024;
const MOST_BYTES = 128 * 1024;
const NEWLINE = 0x0a;

export interface Split {
  readonly entries: readonly LogEntry[];
  /** Where the first entry begins that is not among them, because more lines of it may come. */
  readonly end: number;
}

/**
 * Cuts a piece of a log file into entries: lines that start none (a stack trace) stay with the entry before them.
 * @param bytes the piece, beginning at the start of an entry
 * @param position where the piece stands in the file
 * @param isComplete whether nothing more will come soon, so that the last entry is whole
 */
export function splitEntries(bytes: Buffer, position: number, format: LogFormat, isComplete: boolean): Split {
  const entries: LogEntry[] = [];
  let open: { lines: string[]; start: number; end: number; bytes: number } | undefined;
  let lineBefore: string | undefined;
  let at = 0;
  for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, at)) {
    const raw = bytes.toString('utf8', at, newline);
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const [start, end] = [position + at, position + newline + 1];
    at = newline + 1;
    if (open === undefined || format.startsEntry(line, lineBefore)) {
      if (open) entries.push(open);
      open = { lines: [cut(line)], start, end, bytes: line.length };
    } else {
      open.end = end;
      open.bytes += line.length;
      if (open.lines.length < MOST_LINES && open.bytes < MOST_BYTES) open.lines.push(cut(line));
    }
    lineBefore = line;
  }
  if (open && isComplete) {
    entries.push(open);
    open = undefined;
  }
  return { entries, end: open?.start ?? position + at };
}

function cut(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}
