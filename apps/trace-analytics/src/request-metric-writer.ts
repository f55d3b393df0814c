import { MetricOutput, type Output, type ResultWriter, type SeriesResult, type WindowResult } from '@hercules/streaming';
import type { CallPublisher } from './call-publisher.ts';
import type { DelayMeter } from './delay-meter.ts';
import type { ReplicaPublisher } from './replica-publisher.ts';
import { parseSeries, type SeriesKind } from './series.ts';
import type { SpanAggregate } from './span-aggregate.ts';

/** Names of the tags of a series, and the beginning of the names of its metrics. */
const SHOWN: Readonly<Record<Exclude<SeriesKind, 'replicas'>, { readonly prefix: string; readonly tags: readonly string[] }>> = {
  requests: { prefix: 'requests', tags: ['application', 'operation', 'kind', 'host'] },
  calls: { prefix: 'calls', tags: ['caller', 'callee'] },
  path: { prefix: 'critical_path', tags: ['application', 'operation'] },
};

const US_PER_MS = 1000;

export interface RequestMetricOptions {
  readonly stream: string;
  /** Lengths of windows, in ms, the shortest first; only that one tells of the delay. */
  readonly periodsMs: readonly number[];
  readonly quantiles: readonly number[];
  /** Name of this process among its like. */
  readonly instanceId: string;
}

/**
 * Writes what was counted of spans as metric events (protocol §10.3): `requests_per_second`, `requests_errors_per_second`, `requests_duration_ms` with a tag `quantile`; the same with `calls_`, by caller and
 * callee; `critical_path_per_second` and `critical_path_ms`. The tag `window` tells the lengths apart. The container `analytics` says whether the result is `complete`, of how many spans it
 * is (`count`), and the share of those that came late. An amended result has the same time and uuid.
 */
export class RequestMetricWriter implements ResultWriter<SpanAggregate> {
  readonly #metrics: MetricOutput;
  readonly #options: RequestMetricOptions;
  readonly #replicas: ReplicaPublisher;
  readonly #calls: CallPublisher;
  readonly #delay: DelayMeter;

  constructor(output: Output, options: RequestMetricOptions, replicas: ReplicaPublisher, calls: CallPublisher, delay: DelayMeter) {
    this.#metrics = new MetricOutput(output, options.stream);
    this.#options = options;
    this.#replicas = replicas;
    this.#calls = calls;
    this.#delay = delay;
  }

  write(window: WindowResult, results: readonly SeriesResult<SpanAggregate>[], nowMs: number): void {
    for (const { key, aggregate } of results) {
      const series = parseSeries(key);
      if (series === undefined) continue;
      if (series.kind === 'replicas') this.#replicas.take(series.values[0]!, window.startMs, aggregate.replicas ?? new Map());
      else this.#writeSeries(window, key, series.kind, series.values, aggregate, nowMs);
      if (series.kind === 'calls') {
        const [caller, callee] = series.values as [string, string];
        this.#calls.take(window.periodMs, window.startMs, { caller, callee, count: aggregate.count, errors: aggregate.errors });
      }
      if (series.kind === 'requests' && window.periodMs === this.#options.periodsMs[0] && !window.isAmended) {
        this.#delay.add(nowMs - window.startMs, aggregate.count);
      }
    }
  }

  tick(nowMs: number): void {
    this.#replicas.tick(nowMs);
    this.#calls.publish(nowMs);
    if (!this.#delay.turn(nowMs) || this.#delay.count === 0) return;
    for (const quantile of this.#options.quantiles) {
      const tags = [
        ['instance', this.#options.instanceId],
        ['quantile', String(quantile)],
      ] as const;
      this.#append(
        'trace_analytics_delay_ms',
        tags,
        nowMs,
        `${this.#options.instanceId}\n${nowMs}`,
        this.#delay.quantile(quantile),
        undefined,
        nowMs,
      );
    }
  }

  #writeSeries(
    window: WindowResult,
    key: string,
    kind: Exclude<SeriesKind, 'replicas'>,
    values: readonly string[],
    aggregate: SpanAggregate,
    nowMs: number,
  ): void {
    const { prefix, tags: names } = SHOWN[kind];
    const seconds = window.periodMs / 1000;
    const tags: (readonly [string, string])[] = names.flatMap((name, i) => (values[i] === '' ? [] : [[name, values[i]!] as const]));
    tags.push(['window', `${seconds}s`]);
    const identity = `${window.periodMs}\n${window.startMs}\n${key}`;
    const analytics = {
      count: aggregate.count,
      isComplete: window.isComplete,
      lateShare: lateOf(aggregate, this.#options.periodsMs.indexOf(window.periodMs)) / Math.max(1, aggregate.count),
    };
    const append = (name: string, value: number, more: readonly (readonly [string, string])[] = []): void =>
      this.#append(`${prefix}_${name}`, [...tags, ...more], window.startMs, identity, value, analytics, nowMs);
    append('per_second', aggregate.count / seconds);
    if (kind === 'path') {
      append('ms', aggregate.sumUs / US_PER_MS / Math.max(1, aggregate.count));
      return;
    }
    append('errors_per_second', aggregate.errors / seconds);
    for (const quantile of this.#options.quantiles) {
      const value = aggregate.sketch?.quantile(quantile) ?? NaN;
      if (Number.isFinite(value)) append('duration_ms', value / US_PER_MS, [['quantile', String(quantile)]]);
    }
  }

  #append(
    name: string,
    tags: readonly (readonly [string, string])[],
    timeMs: number,
    identity: string,
    value: number,
    analytics: { count: number; isComplete: boolean; lateShare: number } | undefined,
    nowMs: number,
  ): void {
    const last = tags.at(-1)!;
    this.#metrics.append(
      {
        timeMs,
        identity: `${name}\n${last[1]}\n${identity}`,
        value,
        tags: [['_name', name], ...tags],
        details(writer) {
          if (analytics === undefined) return;
          writer.beginContainer('analytics');
          writer.long('count', BigInt(analytics.count));
          writer.flag('complete', analytics.isComplete);
          writer.double('lateShare', analytics.lateShare);
          writer.endContainer();
        },
      },
      nowMs,
    );
  }
}

function lateOf({ late }: SpanAggregate, period: number): number {
  return late?.[period] ?? 0;
}
