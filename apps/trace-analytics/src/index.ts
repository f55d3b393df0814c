export { traceAnalyticsConfigSchema, type TraceAnalyticsConfig } from './config.ts';
