/** A span in the index. */
export interface IndexRow {
  /** Ticks. */
  readonly began: bigint;
  readonly traceId: string;
}

/** Some rows of a partition of the index, newest first. */
export interface IndexPage {
  readonly rows: readonly IndexRow[];
  /** Reads the older rows; undefined when there are none. */
  readonly next: ReadPage | undefined;
}

export type ReadPage = () => Promise<IndexPage>;

interface Cursor {
  readonly read: ReadPage;
  /** All rows that are still to come began then or before; undefined = not known yet. */
  readonly until: bigint | undefined;
}

/**
 * Merges partitions into one sequence, newest first. Of a partition no more pages are read than the sequence needs: rows wait until every partition with
 * more pages has been read at least as far back.
 * @param parallel reads at once
 */
export async function* newestFirst(partitions: readonly ReadPage[], parallel: number): AsyncGenerator<IndexRow[], void> {
  let open: Cursor[] = [];
  let due: Cursor[] = partitions.map((read) => ({ read, until: undefined }));
  let waiting: IndexRow[] = [];
  while (due.length > 0) {
    const pages: IndexPage[] = [];
    for (let i = 0; i < due.length; i += parallel) {
      pages.push(...(await Promise.all(due.slice(i, i + parallel).map(({ read }) => read()))));
    }
    for (const [i, { rows, next }] of pages.entries()) {
      waiting = waiting.concat(rows);
      if (next !== undefined) open.push({ read: next, until: rows.at(-1)?.began ?? due[i]!.until });
    }
    // A partition whose first page was empty has told nothing about the rows to come.
    const blind = open.filter(({ until }) => until === undefined);
    const furthest = open.reduce((latest, { until = 0n }) => (until > latest ? until : latest), 0n);
    const isReady = ({ began }: IndexRow): boolean => blind.length === 0 && began >= furthest;
    const ready = waiting.filter(isReady).sort((a, b) => (a.began < b.began ? 1 : a.began > b.began ? -1 : 0));
    waiting = waiting.filter((row) => !isReady(row));
    if (ready.length > 0) yield ready;
    due = blind.length > 0 ? blind : open.filter(({ until }) => until === furthest);
    open = open.filter((cursor) => !due.includes(cursor));
  }
}
