import { COMPONENT_NAMES, type ComponentName } from './component-name.ts';
import type { StackOptions } from './stack-options.ts';

/** What can be delivered. Each needs a store, a sink and what reads from it. */
export const SIGNALS = ['logs', 'metrics', 'traces', 'annotations'] as const;

export type Signal = (typeof SIGNALS)[number];

/** What a component is there for; one that is not listed serves all. */
const SERVES: Partial<Record<ComponentName, readonly Signal[]>> = {
  elasticsearch: ['logs', 'annotations'],
  elasticSink: ['logs'],
  annotationSink: ['annotations'],
  graphite: ['metrics'],
  graphiteWeb: ['metrics'],
  graphiteSink: ['metrics'],
  cassandra: ['traces'],
  cassandraSink: ['traces'],
  queryApi: ['traces'],
  zipkin: ['traces'],
  metricAggregator: ['metrics'],
  traceAnalytics: ['traces'],
  shopPayment: ['traces'],
  shopPaymentB: ['traces'],
  shopCart: ['traces'],
  shopFront: ['traces'],
};

/** Which components the options ask for. */
export function selectedComponents({ only, demo, zipkin }: Pick<StackOptions, 'only' | 'demo' | 'zipkin'>): ComponentName[] {
  return COMPONENT_NAMES.filter((name) => {
    if (name === 'zipkin' && !zipkin) return false;
    if (/^(demo|shop)/.test(name) && !demo) return false;
    return only === undefined || (SERVES[name]?.some((signal) => only.includes(signal)) ?? true);
  });
}
