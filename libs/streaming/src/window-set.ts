import { type Group, type GroupMemo, OpenWindow } from './open-window.ts';

/** The open windows of one partition, of several lengths. */
export class WindowSet<A> {
  readonly #byPeriod = new Map<number, Map<number, OpenWindow<A>>>();
  readonly #createAggregate: () => A;
  /** The window that was asked for last: neighbours in the input mostly go into the same. */
  #last: OpenWindow<A> | undefined;
  #groups = 0;

  constructor(createAggregate: () => A) {
    this.#createAggregate = createAggregate;
  }

  /** Series in all open windows. */
  get groupCount(): number {
    return this.#groups;
  }

  /** The window of this length that has this start, opened if it is not yet. @param offset of the first record that what is to be counted comes of */
  at(periodMs: number, startMs: number, closeMs: number, offset: number): OpenWindow<A> {
    const last = this.#last;
    if (last !== undefined && last.periodMs === periodMs && last.startMs === startMs) return widened(last, closeMs, offset);
    let windows = this.#byPeriod.get(periodMs);
    if (windows === undefined) this.#byPeriod.set(periodMs, (windows = new Map()));
    let window = windows.get(startMs);
    if (window === undefined) windows.set(startMs, (window = new OpenWindow(periodMs, startMs, closeMs, offset)));
    else widened(window, closeMs, offset);
    return (this.#last = window);
  }

  /** The group of a series in a window, made if there is none and `maxGroups` allows it. @param memo of this series alone */
  group(window: OpenWindow<A>, key: string, maxGroups: number, memo?: GroupMemo<A>): Group<A> | undefined {
    if (memo?.windowId === window.id) return memo.group;
    let group = window.groups.get(key);
    if (group === undefined) {
      if (this.#groups >= maxGroups) return undefined;
      group = { key, aggregate: this.#createAggregate(), isDirty: false };
      window.groups.set(key, group);
      this.#groups++;
    }
    if (memo !== undefined) {
      memo.windowId = window.id;
      memo.group = group;
    }
    return group;
  }

  *all(): IterableIterator<OpenWindow<A>> {
    for (const windows of this.#byPeriod.values()) yield* windows.values();
  }

  /** Drops the windows that take no more events at this watermark, after a last look at each. */
  close(watermarkMs: number, lastLook: (window: OpenWindow<A>) => void): void {
    for (const [periodMs, windows] of this.#byPeriod) {
      for (const [startMs, window] of windows) {
        if (window.closeMs > watermarkMs) continue;
        lastLook(window);
        windows.delete(startMs);
        this.#groups -= window.groups.size;
        if (this.#last === window) this.#last = undefined;
      }
      if (windows.size === 0) this.#byPeriod.delete(periodMs);
    }
  }

  /** The first record that any open window needs; Infinity when none is open. */
  get firstOffset(): number {
    let first = Infinity;
    for (const window of this.all()) if (window.firstOffset < first) first = window.firstOffset;
    return first;
  }
}

/** Start of the window of this length that a time falls in, in ms. */
export function windowStart(timeMs: number, periodMs: number): number {
  return Math.floor(timeMs / periodMs) * periodMs;
}

function widened<A>(window: OpenWindow<A>, closeMs: number, offset: number): OpenWindow<A> {
  if (closeMs > window.closeMs) window.closeMs = closeMs;
  if (offset < window.firstOffset) window.firstOffset = offset;
  return window;
}
