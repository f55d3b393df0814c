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
}

const VERSION = 'v1';

/** The text that goes into the metadata of a committed offset. */
export function encodeCheckpoint({ position, watermarkMs, forgottenMs }: Checkpoint): string {
  return [VERSION, position, numberText(watermarkMs), numberText(forgottenMs)].join(' ');
}

/** @returns undefined for what is no such text: another program's, or none */
export function decodeCheckpoint(text: string): Checkpoint | undefined {
  const [version, position, watermark, forgotten, ...more] = text.split(' ');
  if (version !== VERSION || more.length > 0) return undefined;
  const checkpoint = { position: Number(position), watermarkMs: parseNumber(watermark), forgottenMs: parseNumber(forgotten) };
  const isGood =
    Number.isSafeInteger(checkpoint.position) && !Number.isNaN(checkpoint.watermarkMs) && !Number.isNaN(checkpoint.forgottenMs);
  return isGood ? checkpoint : undefined;
}

function numberText(value: number): string {
  return value === -Infinity ? '-' : String(value);
}

function parseNumber(text: string | undefined): number {
  return text === '-' ? -Infinity : Number(text ?? NaN);
}
