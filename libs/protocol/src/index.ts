export * from './errors.ts';
export * from './event.ts';
export * from './hpath.ts';
export type { Logger } from './logger.ts';
export * from './type-code.ts';
