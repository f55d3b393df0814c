import type { SpanFacts } from './span-columns.ts';

/** For unit tests: ids are made of short names. */
export function spanOf(name: string, parent: string | undefined, more: Partial<SpanFacts> = {}): SpanFacts {
  return {
    idHigh: 0,
    idLow: parseInt(name, 36),
    parentHigh: 0,
    parentLow: parent === undefined ? 0 : parseInt(parent, 36),
    beginUs: 0,
    endUs: 1000,
    application: 'app',
    operation: name,
    isFailed: false,
    namesCallee: false,
    ...more,
  };
}
