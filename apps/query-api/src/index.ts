export { queryApiConfigSchema, type QueryApiConfig } from './config.ts';
