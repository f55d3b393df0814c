import { HerculesError } from '@hercules/protocol';

/**
 * Why fetched record batches cannot be read:
 * `old-format` (written before Kafka 0.11, magic 0 or 1), `unsupported-codec`, `crc-mismatch`, `corrupt` (lengths or counts that do not
 * fit, or bytes that do not decompress), `too-large` (decompresses to more than allowed).
 */
export type RecordBatchErrorKind = 'old-format' | 'unsupported-codec' | 'crc-mismatch' | 'corrupt' | 'too-large';

/** Fetched record batches that cannot be read. `baseOffset` is the first offset of the batch, −1 where it is not known. */
export class RecordBatchError extends HerculesError {
  readonly kind: RecordBatchErrorKind;
  readonly baseOffset: number;

  constructor(kind: RecordBatchErrorKind, message: string, baseOffset: number, cause?: unknown) {
    super('INTERNAL', `${message} (record batch at offset ${baseOffset})`, { cause, details: { kind, baseOffset } });
    this.kind = kind;
    this.baseOffset = baseOffset;
  }
}
