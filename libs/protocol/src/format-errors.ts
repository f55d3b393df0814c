import { ProtocolError } from './errors.ts';

/**
 * The errors of everything that reads the binary format stand here, so that the checker, the reader and the selector say the same about the
 * same bytes (protocol §8). Each returns the error; the caller throws it.
 */

/** @param byteOffset where the field begins that does not fit */
export function truncated(what: string, needed: number, left: number, eventIndex: number, byteOffset: number): ProtocolError {
  const message = `expected ${needed} byte${needed === 1 ? '' : 's'} of ${what}, but only ${left} ${left === 1 ? 'is' : 'are'} left`;
  return new ProtocolError('truncated', message, eventIndex, byteOffset);
}

/** @param byteOffset where the type code stands */
export function unknownType(code: number, eventIndex: number, byteOffset: number): ProtocolError {
  const message = `expected a type code from 0x01 to 0x0b or 0x80, but found 0x${code.toString(16).padStart(2, '0')}`;
  return new ProtocolError('unknown-type', message, eventIndex, byteOffset);
}

/** @param byteOffset where the length stands */
export function negativeLength(what: string, length: number, eventIndex: number, byteOffset: number): ProtocolError {
  return new ProtocolError(
    'negative-length',
    `expected the length of a ${what} to be 0 or more, but it is ${length}`,
    eventIndex,
    byteOffset,
  );
}

/** @param byteOffset where the count stands */
export function negativeCount(what: string, count: number, byteOffset: number): ProtocolError {
  return new ProtocolError('negative-count', `expected the count of ${what} to be 0 or more, but it is ${count}`, -1, byteOffset);
}

/** @param byteOffset where the length of the vector stands that went past the bound */
export function tooManyNulls(limit: number, eventIndex: number, byteOffset: number): ProtocolError {
  const message = `expected at most ${limit} elements in the vectors of Null of an event`;
  return new ProtocolError('length-limit', message, eventIndex, byteOffset);
}

/** @param byteOffset where the container or vector begins that is too deep */
export function tooDeep(limit: number, eventIndex: number, byteOffset: number): ProtocolError {
  return new ProtocolError('nesting-limit', `expected at most ${limit} containers and vectors inside one another`, eventIndex, byteOffset);
}
