import { HerculesError } from '@hercules/protocol';

/** `prometheus.WriteRequest`, or `io.prometheus.write.v2.Request`. */
export type MessageType = 'v1' | 'v2';

const MEDIA_TYPE = 'application/x-protobuf';
const TYPES = new Map<string, MessageType>([
  ['prometheus.WriteRequest', 'v1'],
  ['io.prometheus.write.v2.Request', 'v2'],
]);

/**
 * The message of a request, from its Content-Type (remote write 2.0, "Content-Type"). Senders of 1.0 may leave the parameter out, and some the header.
 * @throws HerculesError UNSUPPORTED_ENCODING
 */
export function messageTypeOf(contentType: string | undefined): MessageType {
  if (contentType === undefined || contentType.trim() === '') return 'v1';
  const [mediaType, ...parameters] = contentType.split(';').map((part) => part.trim());
  if (mediaType!.toLowerCase() === MEDIA_TYPE) {
    const proto = parameters.map((parameter) => /^proto="?([^"]*)"?$/i.exec(parameter)?.[1]).find((name) => name !== undefined);
    const type = proto === undefined ? 'v1' : TYPES.get(proto);
    if (type !== undefined) return type;
  }
  const known = [...TYPES.keys()].map((name) => `${MEDIA_TYPE};proto=${name}`).join(' or ');
  throw new HerculesError('UNSUPPORTED_ENCODING', `Expected the Content-Type ${known}, but it is ${quoted(contentType)}`);
}

/**
 * Checks that the body is a snappy block, the one encoding of remote write. Some senders of 1.0 leave the header out.
 * @throws HerculesError UNSUPPORTED_ENCODING
 */
export function checkContentEncoding(contentEncoding: string | undefined): void {
  const name = contentEncoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'snappy') return;
  throw new HerculesError('UNSUPPORTED_ENCODING', `Expected the Content-Encoding snappy, but it is ${quoted(contentEncoding!)}`);
}

function quoted(header: string): string {
  return JSON.stringify(header.slice(0, 100));
}
