import type { AggregateFunction, Aggregation } from './aggregation.ts';

/**
 * What a series is told by: how it is aggregated, and its tags. The text before the newline holds function, time and quantiles; behind it stand the bytes of the tags
 * vector as they are in the event (latin1).
 */
export interface SeriesKey {
  readonly function: AggregateFunction;
  readonly timestamp: 'start' | 'end';
  readonly quantiles: readonly number[];
  /** Bytes of the vector of tags, from its element type on. */
  readonly tags: Buffer;
}

/** The part of the key that is the same for all metrics aggregated alike. */
export function seriesKeyPrefix({ function: name, timestamp, quantiles }: Aggregation): string {
  return `${name} ${timestamp} ${name === 'percentiles' ? quantiles.join(',') : ''}\n`;
}

export function parseSeriesKey(key: string): SeriesKey {
  const newline = key.indexOf('\n');
  const [name, timestamp, quantiles] = key.slice(0, newline).split(' ') as [AggregateFunction, 'start' | 'end', string];
  return {
    function: name,
    timestamp,
    quantiles: quantiles === '' ? [] : quantiles.split(',').map(Number),
    tags: Buffer.from(key.slice(newline + 1), 'latin1'),
  };
}
