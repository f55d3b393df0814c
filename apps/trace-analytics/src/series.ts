/** What is counted: requests by what they are, calls from one service to another, replicas of a service, and time on the critical path. */
export type SeriesKind = 'requests' | 'calls' | 'replicas' | 'path';

const LETTERS: Readonly<Record<SeriesKind, string>> = { requests: 'r', calls: 'c', replicas: 'w', path: 'p' };
const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as SeriesKind]));
const SEPARATOR = '\0';
/** What takes the place of a value beyond the bound of series. */
export const OTHER = '_other';

/** Texts are those of the spans' bytes (latin1), so that none is decoded before it is shown. */
export function requestsKey(application: string, operation: string, kind: string, host: string): string {
  return `r\0${application}\0${operation}\0${kind}\0${host}`;
}

export function callsKey(caller: string, callee: string): string {
  return `c\0${caller}\0${callee}`;
}

export function replicasKey(application: string): string {
  return `w\0${application}`;
}

export function pathKey(application: string, operation: string): string {
  return `p\0${application}\0${operation}`;
}

/** Whether the series is looked at in all lengths of windows. */
export function hasLongWindows(key: string): boolean {
  return key.startsWith(LETTERS.requests) || key.startsWith(LETTERS.calls);
}

/** The kind of a series and its values, decoded. */
export function parseSeries(key: string): { kind: SeriesKind; values: string[] } | undefined {
  const [letter, ...values] = key.split(SEPARATOR);
  const kind = KINDS.get(letter!);
  return kind === undefined ? undefined : { kind, values: values.map((value) => Buffer.from(value, 'latin1').toString()) };
}
