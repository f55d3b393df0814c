import type { MetricsRegistry } from '@hercules/service';
import type { MethodCounters } from '../../intake-counters.ts';
import type { CollectorLimits } from '../door/event-collector.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import type { PrometheusConfig } from './config.ts';
import { PrometheusDoor } from './prometheus-door.ts';

export { prometheusConfigSchema, type PrometheusConfig } from './config.ts';

/** The door of Prometheus remote write, and what it alone counts. @param limits of events, and of bodies when unpacked */
export function createPrometheusDoor(
  { intake }: Pick<ReceiverParts, 'intake'>,
  config: PrometheusConfig,
  limits: CollectorLimits & { readonly maxUnpackedBytes: number },
  counters: (method: string) => MethodCounters,
  metrics: Pick<MetricsRegistry, 'counterFrom'>,
): PrometheusDoor {
  const door = new PrometheusDoor(intake, { ...config, ...limits }, counters('write'));
  metrics.counterFrom(
    'hercules_gateway_prometheus_valueless_samples_total',
    'Samples of Prometheus that say that there is no value: the series has ended (stale), or the value is NaN',
    ['kind'],
    () => [
      { labels: { kind: 'stale' }, value: door.valueless.stale },
      { labels: { kind: 'nan' }, value: door.valueless.nan },
    ],
  );
  return door;
}
