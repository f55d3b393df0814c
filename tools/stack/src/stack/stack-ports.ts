/** TCP ports on 127.0.0.1. */
export interface StackPorts {
  readonly kafka: number;
  readonly kafkaController: number;
  readonly elasticsearch: number;
  readonly elasticsearchTransport: number;
  readonly gatewayHttp: number;
  readonly gatewayGrpc: number;
  readonly managementApi: number;
  readonly elasticSink: number;
}

/** The ports that everybody expects, and those of the apps' own defaults. */
export const USUAL_PORTS: StackPorts = {
  kafka: 9092,
  kafkaController: 9093,
  elasticsearch: 9200,
  elasticsearchTransport: 9300,
  gatewayHttp: 6306,
  gatewayGrpc: 4317,
  managementApi: 6309,
  elasticSink: 6501,
};

/** Consecutive ports from `base` on. */
export function portsFrom(base: number): StackPorts {
  return {
    kafka: base,
    kafkaController: base + 1,
    elasticsearch: base + 2,
    elasticsearchTransport: base + 3,
    gatewayHttp: base + 4,
    gatewayGrpc: base + 5,
    managementApi: base + 6,
    elasticSink: base + 7,
  };
}
