export { graphiteSinkConfigSchema, type GraphiteSinkConfig } from './config.ts';
