export { bulkConfigSchema, type BulkConfig } from './config.ts';
export { BulkDoor } from './bulk-door.ts';
