/** Plain numbers that windows over event time raise, together for all partitions of a processor; /metrics reads them. */
export interface WindowCounters {
  /** Events that were counted in a window. */
  counted: number;
  /** Events that had been counted before. */
  repeated: number;
  /** Events whose windows were closed already. */
  late: number;
  /** Events of the time whose ids had to be forgotten. */
  forgotten: number;
  /** Events of a clock that is ahead. */
  ahead: number;
  /** Events of series beyond the bound. */
  overflowed: number;
  /** Records that are no events. */
  undecodable: number;
  /** Events that are nothing to be counted here. */
  skipped: number;
  /** Partial results written. */
  partials: number;
}

export function newWindowCounters(): WindowCounters {
  return { counted: 0, repeated: 0, late: 0, forgotten: 0, ahead: 0, overflowed: 0, undecodable: 0, skipped: 0, partials: 0 };
}
