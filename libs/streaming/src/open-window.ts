/** What is counted for one series in one window. */
export interface Group<A> {
  /** The series, by the bytes that stand for it (latin1). */
  readonly key: string;
  readonly aggregate: A;
  /** Changed since it was last written. */
  isDirty: boolean;
}

/** The group of a series in the window that it was counted in last, kept by whoever knows the series: neighbours in the input mostly go into the same window. */
export interface GroupMemo<A> {
  /** {@link OpenWindow.id}: a window itself would be kept alive. */
  windowId: number;
  group: Group<A> | undefined;
}

export function newGroupMemo<A>(): GroupMemo<A> {
  return { windowId: 0, group: undefined };
}

let windowsMade = 0;

/** A window of event time that still takes events. */
export class OpenWindow<A> {
  /** No two windows of a process have the same. */
  readonly id = ++windowsMade;
  readonly periodMs: number;
  readonly startMs: number;
  /** End, exclusive. */
  readonly endMs: number;
  /** Watermark at which it takes no more events. */
  closeMs: number;
  /** First record that anything in it comes of: reading has to begin there for the window to become what it is. */
  firstOffset: number;
  readonly groups = new Map<string, Group<A>>();
  readonly dirty: Group<A>[] = [];
  /** When it was last written, ms since 1970; 0 = never. */
  writtenAtMs = 0;

  constructor(periodMs: number, startMs: number, closeMs: number, firstOffset: number) {
    this.periodMs = periodMs;
    this.startMs = startMs;
    this.endMs = startMs + periodMs;
    this.closeMs = closeMs;
    this.firstOffset = firstOffset;
  }

  markDirty(group: Group<A>): void {
    if (group.isDirty) return;
    group.isDirty = true;
    this.dirty.push(group);
  }

  /** Hands out every group that has changed since the last time. */
  takeDirty(visit: (group: Group<A>) => void): void {
    for (const group of this.dirty) {
      group.isDirty = false;
      visit(group);
    }
    this.dirty.length = 0;
  }
}
