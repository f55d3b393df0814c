/** Keys of google.rpc.Status { details = 3 }, Any { value = 2 }, RetryInfo { retry_delay = 1 } and Duration { seconds = 1, nanos = 2 }. */
const DETAILS = 0x1a;
const ANY_VALUE = 0x12;
const RETRY_DELAY = 0x0a;
const SECONDS = 0x08;
const NANOS = 0x10;

type Field = { readonly key: number; readonly value: number; readonly bytes: Buffer };

/** The delay of the google.rpc.RetryInfo in an encoded google.rpc.Status, in ms; undefined if there is none. */
export function retryDelayMs(status: Buffer): number | undefined {
  for (const detail of fieldsOf(status, DETAILS)) {
    for (const value of fieldsOf(detail.bytes, ANY_VALUE)) {
      for (const delay of fieldsOf(value.bytes, RETRY_DELAY)) {
        const [seconds] = fieldsOf(delay.bytes, SECONDS);
        const [nanos] = fieldsOf(delay.bytes, NANOS);
        return (seconds?.value ?? 0) * 1000 + (nanos?.value ?? 0) / 1e6;
      }
    }
  }
  return undefined;
}

/** The fields with this key, of wire types varint and length only; what is not protobuf has none. */
function fieldsOf(bytes: Buffer, wanted: number): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const value = varint();
    const isLength = (key & 7) === 2;
    if (!isLength && (key & 7) !== 0) break;
    const field = { key, value, bytes: isLength ? bytes.subarray(at, at + value) : Buffer.alloc(0) };
    if (isLength) at += value;
    if (key === wanted) fields.push(field);
  }
  return fields;
}
