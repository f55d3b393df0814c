export { cassandraSinkConfigSchema, type CassandraSinkConfig } from './config.ts';
