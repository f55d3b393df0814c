import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressFrameSync } from 'lz4-napi';
import { RecordBatchError } from './record-batch-error.ts';
import { decompressSnappy } from './snappy.ts';

const CODEC_GZIP = 1;
const CODEC_SNAPPY = 2;
const CODEC_LZ4 = 3;
const CODEC_ZSTD = 4;

/**
 * Decompresses the records of one batch (Kafka record batch v2, attributes bits 0–2).
 * @param codec 1 gzip, 2 snappy, 3 lz4 frame, 4 zstd
 * @param maxBytes most bytes that the result may have
 * @throws RecordBatchError `unsupported-codec`, `corrupt` or `too-large`
 */
export function decompressRecords(codec: number, source: Buffer, maxBytes: number, baseOffset: number): Buffer {
  let records: Buffer;
  try {
    switch (codec) {
      case CODEC_GZIP:
        records = gunzipSync(source, { maxOutputLength: maxBytes });
        break;
      case CODEC_SNAPPY:
        records = decompressSnappy(source, maxBytes);
        break;
      case CODEC_LZ4:
        records = decompressFrameSync(source);
        break;
      case CODEC_ZSTD:
        records = zstdDecompressSync(source, { maxOutputLength: maxBytes });
        break;
      default:
        throw new RecordBatchError('unsupported-codec', `compression codec ${codec} is not known`, baseOffset);
    }
  } catch (error) {
    if (error instanceof RecordBatchError) throw error;
    const { code } = error as { readonly code?: string };
    const kind = code === 'ERR_BUFFER_TOO_LARGE' || code === 'PAYLOAD_TOO_LARGE' ? 'too-large' : 'corrupt';
    throw new RecordBatchError(kind, `records do not decompress: ${(error as Error).message}`, baseOffset, error);
  }
  // The lz4 library has no bound of its own; an lz4 frame cannot grow more than 255-fold, so checking afterwards is enough.
  if (records.length > maxBytes) {
    throw new RecordBatchError('too-large', `records decompress to ${records.length} bytes, over the limit of ${maxBytes}`, baseOffset);
  }
  return records;
}
