/**
 * How far a processor has come in one input partition, committed to the consumer group together with the offset from which its open windows have to be read again. One
 * record of Kafka holds both, so they never disagree (docs/decisions/008-processor-state.md).
 */
export interface Checkpoint {
  /** Next offset that had not been processed; up to here the input has been counted. */
  readonly position: number;
  /** Event time in ms up to which windows count as past; −Infinity before the first event. */
  readonly watermarkMs: number;
  /** Events from before this time in ms are not counted any more, because the ids to tell repetitions by were forgotten; −Infinity = none. */
  readonly forgottenMs: number;
  /** What the watermark was, in ms, before the record at the committed offset: from there on it is made anew with the state. −Infinity = the first event tells. */
  readonly rereadMs: number;
}

const VERSION = 'v2';
/** Without `rereadMs`. */
const FORMER_VERSION = 'v1';

/** The text that goes into the metadata of a committed offset. */
export function encodeCheckpoint({ position, watermarkMs, forgottenMs, rereadMs }: Checkpoint): string {
  return [VERSION, position, numberText(watermarkMs), numberText(forgottenMs), numberText(rereadMs)].join(' ');
}

/** @returns undefined for what is no such text: another program's, or none */
export function decodeCheckpoint(text: string): Checkpoint | undefined {
  const [version, position, ...times] = text.split(' ');
  if (version === FORMER_VERSION) times.push('-');
  else if (version !== VERSION) return undefined;
  if (times.length !== 3) return undefined;
  const [watermarkMs, forgottenMs, rereadMs] = times.map(parseNumber) as [number, number, number];
  const checkpoint = { position: Number(position), watermarkMs, forgottenMs, rereadMs };
  const isGood = Number.isSafeInteger(checkpoint.position) && ![watermarkMs, forgottenMs, rereadMs].some(Number.isNaN);
  return isGood ? checkpoint : undefined;
}

function numberText(value: number): string {
  return value === -Infinity ? '-' : String(value);
}

function parseNumber(text: string): number {
  return text === '-' ? -Infinity : Number(text);
}
