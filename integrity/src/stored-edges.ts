import type { TopicRecord } from '@hercules/testing';
import type { Edges } from './recounted-spans.ts';

interface StoredCalls {
  readonly start: number;
  readonly calls: readonly (readonly [caller: string, callee: string, count: number, errors: number])[];
}

/** Who called whom how often, as query-api reads it: of each key the last record, and all that speak of a window together. */
export function storedEdges(records: readonly TopicRecord[]): Edges {
  const last = new Map(records.map(({ key, value }) => [key.toString(), value]));
  const edges: Edges = new Map();
  for (const value of last.values()) {
    const { start, calls } = JSON.parse(value.toString()) as StoredCalls;
    for (const [caller, callee, count, errors] of calls) {
      const key = `${start} ${caller} ${callee}`;
      const [counted, failed] = edges.get(key) ?? [0, 0];
      edges.set(key, [counted + count, failed + errors]);
    }
  }
  return edges;
}
