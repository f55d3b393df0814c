export type { About } from './about.ts';
export {
  httpConfigSchema,
  serviceConfigSchema,
  tlsConfigSchema,
  workersSchema,
  type HttpConfig,
  type ServiceConfig,
} from './config-schemas.ts';
export { secret } from './config-secrets.ts';
export { renderConfigTable } from './config-table.ts';
export { settingsOf, type Setting } from './config-tree.ts';
export { EXIT_BAD_CONFIG, EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
export { registerServiceEndpoints, serviceEndpoints, type ServiceEndpoints } from './http-endpoints.ts';
export { startServiceHttp } from './http-server.ts';
export { Lifecycle, type LifecycleState } from './lifecycle.ts';
export { listen, listenError, readTlsFiles } from './listen.ts';
export { loadConfig, type ConfigSources, type LoadedConfig } from './load-config.ts';
export { createLogger } from './logger.ts';
export { type GaugeAggregation, type LabelledValue, MetricsRegistry, type ReadValues } from './metrics.ts';
export { PlainHistogram } from './plain-histogram.ts';
export { printableConfig } from './print-config.ts';
export { runService, type ServiceDefinition } from './run-service.ts';
export type { ServiceContext } from './service-context.ts';
export { hearSiblings, tellSiblings } from './sibling-messages.ts';
export { runWorkers, type WorkersOptions } from './workers.ts';
