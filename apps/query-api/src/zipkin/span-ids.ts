const HALF_DIGITS = 16;
const NO_BITS = '0'.repeat(HALF_DIGITS);

/**
 * Ids of 64 bits, which Zipkin wants, for span ids of 128 bits. A span that came with 64 bits has them in the high half and zeros in the low one
 * (W3C and OpenTelemetry), so they come out as they were. Other ids are folded, high half xor low half. Where two spans of one trace would get the same
 * id, the later one gets the next that is free: links inside the trace stay right.
 */
export class SpanIds {
  readonly #ids = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** By an id that was taken when it was wanted: the last one tried instead of it. */
  readonly #lastTried = new Map<string, string>();

  /** @param uuid with hyphens; the same gives the same id for as long as this object lives */
  of(uuid: string): string {
    let id = this.#ids.get(uuid);
    if (id !== undefined) return id;
    id = this.#free(foldUuid(uuid));
    this.#ids.set(uuid, id);
    this.#taken.add(id);
    return id;
  }

  /** Goes on where the last search from the same id has ended: a trace made of ids that fold alike costs no more than another one. */
  #free(wanted: string): string {
    if (!this.#taken.has(wanted)) return wanted;
    let id = this.#lastTried.get(wanted) ?? wanted;
    while (this.#taken.has(id)) id = next(id);
    this.#lastTried.set(wanted, id);
    return id;
  }
}

/** 16 hex digits, never all zero. */
export function foldUuid(uuid: string): string {
  const hex = uuid.replaceAll('-', '');
  const [high, low] = [hex.slice(0, HALF_DIGITS), hex.slice(HALF_DIGITS)];
  if (low === NO_BITS) return high === NO_BITS ? next(high) : high;
  const folded = (BigInt(`0x${high}`) ^ BigInt(`0x${low}`)).toString(16).padStart(HALF_DIGITS, '0');
  return folded === NO_BITS ? next(folded) : folded;
}

/** The id after it; never all zero. */
function next(id: string): string {
  return (BigInt.asUintN(64, BigInt(`0x${id}`) + 1n) || 1n).toString(16).padStart(HALF_DIGITS, '0');
}
