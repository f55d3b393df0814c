import type { GroupMemo } from './open-window.ts';

/** Takes what counts besides single events. */
export interface Contributions<A> {
  /**
   * @param timeMs event time, decides on the window
   * @param offset of the first record that it comes of
   * @param memo of this series alone
   * @returns the aggregate to add to; undefined when the window is closed, or there are too many series
   */
  aggregate(timeMs: number, periodMs: number, latenessMs: number, key: string, offset: number, memo?: GroupMemo<A>): A | undefined;
}

/**
 * An app's reading of events: which windows and series an event counts in, and what it adds there. One for each partition, reused for every event: after
 * {@link read} the fields tell about that event.
 */
export interface EventAssigner<A> {
  /** Event time, in ms since 1970. */
  readonly eventMs: number;
  /** In how many series the event counts; of each i < targets the three lists say where. */
  readonly targets: number;
  readonly periodsMs: readonly number[];
  /** How long after its end the window takes events, in ms. */
  readonly latenessesMs: readonly number[];
  /** The series, by bytes that stand for it (latin1). */
  readonly keys: readonly string[];
  /** Of each series one of its own, which spares the search for its group; not for whoever does not know a series again. */
  readonly memos?: readonly GroupMemo<A>[];
  /**
   * Looks at the event at [start, end).
   * @returns false when it is nothing to be counted
   * @throws ProtocolError when the bytes are not those of an event
   */
  read(buffer: Buffer, start: number, end: number): boolean;
  /** The event counts, for the first time: what follows from it together with others is handed out, or remembered until its time is up. @param offset of its record */
  accepted?(buffer: Buffer, start: number, offset: number, to: Contributions<A>): void;
  /** Watermark at which there is something to {@link contribute}; Infinity while nothing is remembered. */
  readonly dueMs?: number;
  /**
   * Hands out what has come of several events together, once their time is up. Asked for between {@link read} and {@link add} of the first
   * event that is past {@link dueMs}, whose fields stay as they are.
   * @param watermarkMs at least {@link dueMs}, if that is a time
   */
  contribute?(watermarkMs: number, to: Contributions<A>): void;
  /** The first record that later contributions come of; Infinity when nothing is remembered. */
  readonly firstOffset?: number;
  /** Adds the event to the aggregate of target i. @param watermarkMs an event whose window ended before it is late */
  add(aggregate: A, target: number, watermarkMs: number): void;
}
