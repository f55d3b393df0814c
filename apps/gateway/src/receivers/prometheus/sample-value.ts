/** Upper half of the bits of a double: exponent all ones means infinite or no number. */
const EXPONENT = 0x7ff0_0000;
/** The NaN by which Prometheus says that a series has ended: 0x7ff0000000000002. */
const STALE_HIGH = 0x7ff0_0000;
const STALE_LOW = 2;

/** What a sample's double says: a number; nothing, because the series has ended or the value is unknown; or a number that events cannot hold. */
export type ValueKind = 'number' | 'stale' | 'nan' | 'infinite';

/** @param at where the eight bytes of a little-endian double begin */
export function kindOfValue(body: Buffer, at: number): ValueKind {
  const low = body.readUInt32LE(at);
  const high = body.readUInt32LE(at + 4);
  if ((high & EXPONENT) !== EXPONENT) return 'number';
  if (low === 0 && (high & 0x000f_ffff) === 0) return 'infinite';
  return low === STALE_LOW && high === STALE_HIGH ? 'stale' : 'nan';
}

export function isStaleMarker(body: Buffer, at: number): boolean {
  return kindOfValue(body, at) === 'stale';
}
