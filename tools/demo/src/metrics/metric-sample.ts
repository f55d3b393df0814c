import type { MetricTags } from '../telemetry/metric-event.ts';

/** A number that was read a moment ago. */
export interface MetricSample {
  readonly name: string;
  /** Beside those that all metrics of a source have. */
  readonly tags: MetricTags;
  readonly value: number;
}

/** Something that can be asked for its metrics. */
export interface MetricSource {
  /** Becomes the tag `application`. */
  readonly application: string;
  /** Becomes the tag `instance`: host:port. */
  readonly instance: string;
  /** @throws Error when it does not answer in time */
  read(): Promise<readonly MetricSample[]>;
}
