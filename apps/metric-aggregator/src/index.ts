export { metricAggregatorConfigSchema, type MetricAggregatorConfig } from './config.ts';
