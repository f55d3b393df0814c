/** Where the fields of an event stand, counted from its first byte (protocol §3). */
export const TIMESTAMP_OFFSET = 1;
export const UUID_OFFSET = 9;
/** The payload's tag count follows the header. */
export const EVENT_HEADER_BYTES = 25;
/** A header and the tag count of an empty payload. */
export const MIN_EVENT_BYTES = 27;
/** The only version that the gateway accepts. */
export const EVENT_VERSION = 1;
