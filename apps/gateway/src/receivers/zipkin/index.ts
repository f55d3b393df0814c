export { zipkinConfigSchema, type ZipkinConfig } from './config.ts';
export { ZipkinDoor } from './zipkin-door.ts';
