import { type Sample, sumOf } from './metrics-text.ts';

/** What `top` shows of an app at one moment. Counters grow; undefined = the app has no such thing. */
export interface AppFigures {
  readonly app: string;
  readonly isUp: boolean;
  readonly inputEvents?: number | undefined;
  readonly outputEvents?: number | undefined;
  readonly errors?: number | undefined;
  readonly deadLetters?: number | undefined;
  /** Records in Kafka that are not committed. */
  readonly lag?: number | undefined;
  /** The same by topic. */
  readonly lagByTopic?: Readonly<Record<string, number>>;
}

/** Of sinks, and of processors with windows. */
const LAGS = ['hercules_sink_lag_records', 'hercules_streaming_lag_records'];

/** Reads the figures from an app's metrics, whatever app it is (docs/components.md). */
export function figuresOf(app: string, samples: readonly Sample[]): AppFigures {
  const lagByTopic: Record<string, number> = {};
  for (const { name, labels, value } of samples)
    if (LAGS.includes(name)) lagByTopic[labels['topic'] ?? ''] = (lagByTopic[labels['topic'] ?? ''] ?? 0) + value;
  const isFailure = ({ status = '' }: Sample['labels']): boolean => /^5/.test(status);
  const failures = [
    'hercules_gateway_refused_requests_total',
    'hercules_gateway_failed_batches_total',
    'hercules_sink_failed_writes_total',
  ];
  const requestFailures = ['hercules_query_requests_total', 'hercules_management_requests_total'];
  return {
    app,
    isUp: true,
    inputEvents: first(
      samples,
      'hercules_gateway_accepted_events_total',
      'hercules_sink_consumed_records_total',
      'hercules_streaming_events_total',
    ),
    outputEvents: first(samples, 'hercules_sink_written_records_total', 'hercules_kafka_producer_acknowledged_records_total'),
    errors: total([
      ...failures.map((name) => sumOf(samples, name)),
      ...requestFailures.map((name) => sumOf(samples, name, isFailure) ?? (sumOf(samples, name) === undefined ? undefined : 0)),
    ]),
    deadLetters: sumOf(samples, 'hercules_sink_dead_lettered_records_total'),
    lag: first(samples, ...LAGS),
    lagByTopic,
  };
}

/** Growth a second of a counter between two looks; 0 after a restart, which sets it back. */
export function rateOf(before: number | undefined, after: number | undefined, seconds: number): number | undefined {
  if (before === undefined || after === undefined || seconds <= 0) return undefined;
  return Math.max(0, after - before) / seconds;
}

function first(samples: readonly Sample[], ...names: readonly string[]): number | undefined {
  return names.map((name) => sumOf(samples, name)).find((value) => value !== undefined);
}

function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}
