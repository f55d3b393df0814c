import { pointKey } from './metric-events.ts';
import type { Stored } from './stored-once.ts';

interface RenderedSeries {
  readonly target: string;
  readonly datapoints: readonly (readonly [value: number | null, second: number])[];
}

/** Every point that Graphite has of a target. A point is there once or not at all: series and second name it. */
export async function storedPoints(renderUrl: string, target: string): Promise<Stored> {
  const query = new URLSearchParams({ target, from: '-59min', until: 'now', format: 'json', maxDataPoints: '100000', noCache: '1' });
  const response = await fetch(`${renderUrl}/render?${query.toString()}`);
  if (response.status !== 200) throw new Error(`/render: ${response.status} ${await response.text()}`);
  const series = (await response.json()) as RenderedSeries[];
  return new Map(
    series.flatMap(({ target: name, datapoints }) =>
      datapoints.flatMap(([value, second]) => (value === null ? [] : [[pointKey(name, second, value), 1] as const])),
    ),
  );
}
