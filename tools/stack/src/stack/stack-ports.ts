/** The ports that everybody expects, and those of the apps' own defaults; TCP on 127.0.0.1. */
export const USUAL_PORTS = {
  kafka: 9092,
  kafkaController: 9093,
  elasticsearch: 9200,
  elasticsearchTransport: 9300,
  gatewayHttp: 6306,
  gatewayGrpc: 4317,
  managementApi: 6309,
  elasticSink: 6501,
  annotationSink: 6502,
  cassandra: 9042,
  cassandraStorage: 7000,
  graphiteLines: 2003,
  graphitePickle: 2004,
  graphiteQuery: 7002,
  graphiteWeb: 8080,
  queryApi: 6307,
  cassandraSink: 6510,
  graphiteSink: 6512,
  shopFront: 6601,
  shopCart: 6602,
  shopPayment: 6603,
  zipkin: 9411,
  gatewayOtlpHttp: 4318,
  gatewayGraphite: 6303,
  gatewayGraphitePickle: 6304,
  gatewaySyslog: 6305,
  derivedStreams: 6507,
  metricAggregator: 6514,
  traceAnalytics: 6515,
  shopPaymentB: 6604,
};

export type StackPorts = Readonly<typeof USUAL_PORTS>;

/** Consecutive ports from `base` on. */
export function portsFrom(base: number): StackPorts {
  return Object.fromEntries(Object.keys(USUAL_PORTS).map((name, i) => [name, base + i])) as StackPorts;
}
