import { gunzipSync, inflateSync } from 'node:zlib';
import { HerculesError } from '@hercules/protocol';

export type MessageEncoding = 'identity' | 'gzip' | 'deflate';

/** The encoding that the header `grpc-encoding` names; undefined for one that is not supported. */
export function messageEncodingOf(header: string | undefined): MessageEncoding | undefined {
  if (header === undefined) return 'identity';
  return header === 'identity' || header === 'gzip' || header === 'deflate' ? header : undefined;
}

/** Unpacks a message whose compressed flag is set. Throws INVALID_ARGUMENT for broken data, PAYLOAD_TOO_LARGE beyond the limit. */
export function decompressMessage(packed: Buffer, encoding: MessageEncoding, maxBytes: number): Buffer {
  if (encoding === 'identity')
    throw new HerculesError('INVALID_ARGUMENT', 'The message is marked as compressed but grpc-encoding names no encoding');
  try {
    const options = { maxOutputLength: maxBytes };
    return encoding === 'gzip' ? gunzipSync(packed, options) : inflateSync(packed, options);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HerculesError('PAYLOAD_TOO_LARGE', `A message may have at most ${maxBytes} bytes when unpacked`, { cause });
    }
    throw new HerculesError('INVALID_ARGUMENT', `The message cannot be unpacked as ${encoding}`, { cause });
  }
}
