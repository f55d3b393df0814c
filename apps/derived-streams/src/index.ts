export { derivedStreamsConfigSchema, type DerivedStreamsConfig } from './config.ts';
