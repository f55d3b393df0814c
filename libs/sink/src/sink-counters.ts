/** Plain numbers that the loop raises; /metrics reads them. The names and units stand in docs/components.md. */
export interface SinkCounters {
  consumedRecords: number;
  filteredRecords: number;
  writtenRecords: number;
  duplicatedRecords: number;
  retriedRecords: number;
  deadLetteredRecords: number;
  writes: number;
  writeSeconds: number;
  writtenBytes: number;
  /** Writes that failed as a whole: the store was not usable. */
  failedWrites: number;
  commits: number;
  /** 1 while the last write reached the store, 0 while it does not answer. */
  storeAvailable: number;
}

export function newSinkCounters(): SinkCounters {
  return {
    consumedRecords: 0,
    filteredRecords: 0,
    writtenRecords: 0,
    duplicatedRecords: 0,
    retriedRecords: 0,
    deadLetteredRecords: 0,
    writes: 0,
    writeSeconds: 0,
    writtenBytes: 0,
    failedWrites: 0,
    commits: 0,
    storeAvailable: 1,
  };
}
