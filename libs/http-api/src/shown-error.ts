import { HerculesError } from '@hercules/protocol';

/** A failure whose message was made for the caller, so it may be shown whatever its status is. */
export class ShownError extends HerculesError {}
