// What makes events, without what reads, packs or shows them: a producer needs nothing more, and nothing that is not JavaScript.
export { commonType } from './common-type.ts';
export { type ErrorCode, HerculesError, type HerculesErrorOptions, ProtocolError } from './errors.ts';
export { EventWriter } from './event-writer.ts';
export { TickClock } from './tick-clock.ts';
export { msToTicks } from './ticks.ts';
export type { TypeName } from './type-code.ts';
export { UuidV1Generator } from './uuid-v1-generator.ts';
