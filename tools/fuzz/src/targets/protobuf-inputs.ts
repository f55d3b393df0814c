import protobuf from 'protobufjs';

/** A length-delimited field, so many times. */
export function repeatedField(number: number, times: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.from(
    protobuf.Writer.create()
      .uint32(number * 8 + 2)
      .uint32(content.length)
      .finish(),
  );
  return Buffer.concat(Array<Buffer>(times).fill(Buffer.concat([head, content])));
}

/**
 * Messages within messages.
 * @param path numbers of the fields from the outside to where it begins
 * @param number the field that holds itself again
 */
export function nested(path: readonly number[], number: number, depth: number): Buffer {
  let message: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) message = repeatedField(number, 1, message);
  return path.toReversed().reduce((inner, outer) => repeatedField(outer, 1, inner), message);
}
