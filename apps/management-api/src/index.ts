export { managementApiConfigSchema, type ManagementApiConfig } from './config.ts';
