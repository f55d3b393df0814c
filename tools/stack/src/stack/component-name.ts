/** Everything the stack can run, in the order in which it starts. */
export const COMPONENT_NAMES = [
  'kafka',
  'elasticsearch',
  'cassandra',
  'graphite',
  'graphiteWeb',
  'managementApi',
  'elasticSink',
  'annotationSink',
  'graphiteSink',
  'cassandraSink',
  'derivedStreams',
  'metricAggregator',
  'traceAnalytics',
  'gateway',
  'queryApi',
  'zipkin',
  'shopPayment',
  'shopPaymentB',
  'shopCart',
  'shopFront',
  'demo',
] as const;

export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** In which order `npm run stop` ends them, those of one line at once: first what sends, last what stores. */
export const STOP_WAVES: readonly (readonly ComponentName[])[] = [
  ['demo', 'shopFront', 'shopCart', 'shopPayment', 'shopPaymentB', 'zipkin'],
  ['gateway', 'queryApi'],
  ['derivedStreams', 'metricAggregator', 'traceAnalytics'],
  ['elasticSink', 'annotationSink', 'graphiteSink', 'cassandraSink'],
  ['managementApi'],
  ['elasticsearch', 'cassandra', 'graphite', 'graphiteWeb', 'kafka'],
];

/** The name in file names and in what is shown. */
export function shownName(name: ComponentName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
