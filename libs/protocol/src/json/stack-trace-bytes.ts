import type { ByteSink } from '../byte-sink.ts';
import { TypeCode } from '../type-code.ts';
import { writeAscii, writeInteger } from './json-bytes.ts';
import type { JsonText } from './json-text.ts';
import { passChecked } from './plain-bytes.ts';

const NONE = -1;

/** Where the tags of an exception stand: the text's length, or the vector's element type; −1 when absent or of another type. */
interface ExceptionTags {
  type: number;
  message: number;
  stackFrames: number;
  innerExceptions: number;
}

/** The same for a frame; line and column stand at their type code. */
interface FrameTags {
  type: number;
  function: number;
  file: number;
  line: number;
  column: number;
}

/**
 * Writes the stack trace of an exception container (protocol §10.2) as a JSON string from its bytes, whose structure has been checked before.
 * renderStackTrace is the rule; its bound on depth is beyond the reader's.
 */
export class StackTraceBytes {
  readonly #text: JsonText;

  constructor(text: JsonText) {
    this.#text = text;
  }

  /** @param pos of the container's tag count */
  write(buf: Buffer, pos: number, out: ByteSink): void {
    writeAscii('"', out);
    this.#writeException(buf, pos, '', out);
    writeAscii('"', out);
  }

  /** @returns the position behind the exception */
  #writeException(buf: Buffer, pos: number, indent: string, out: ByteSink): number {
    const tags: ExceptionTags = { type: NONE, message: NONE, stackFrames: NONE, innerExceptions: NONE };
    const end = findTags(buf, pos, (name, type, at) => {
      if (name === 'type' || name === 'message') tags[name] = type === TypeCode.STRING ? at : NONE;
      else if (name === 'stackFrames' || name === 'innerExceptions') {
        tags[name] = type === TypeCode.VECTOR && buf[at] === TypeCode.CONTAINER ? at : NONE;
      }
    });
    this.#writeString(buf, tags.type, out);
    if (tags.type !== NONE) writeAscii(': ', out);
    this.#writeString(buf, tags.message, out);
    forEachContainer(buf, tags.stackFrames, (frame) => this.#writeFrame(buf, frame, indent, out));
    forEachContainer(buf, tags.innerExceptions, (inner) => {
      writeAscii(`\\n${indent}  Caused by: `, out);
      return this.#writeException(buf, inner, `${indent}  `, out);
    });
    return end;
  }

  /** @returns the position behind the frame */
  #writeFrame(buf: Buffer, pos: number, indent: string, out: ByteSink): number {
    const tags: FrameTags = { type: NONE, function: NONE, file: NONE, line: NONE, column: NONE };
    const end = findTags(buf, pos, (name, type, at) => {
      if (name === 'type' || name === 'function' || name === 'file') tags[name] = type === TypeCode.STRING ? at : NONE;
      else if (name === 'line' || name === 'column') tags[name] = isInteger(type) ? at - 1 : NONE;
    });
    if (tags.type !== NONE) writeAscii(`\\n${indent}    at `, out);
    this.#writeString(buf, tags.type, out);
    if (tags.function !== NONE) writeAscii('.', out);
    this.#writeString(buf, tags.function, out);
    writeAscii('(', out);
    this.#writeString(buf, tags.file, out);
    writeNumber(buf, tags.line, out);
    writeNumber(buf, tags.column, out);
    writeAscii(')', out);
    return end;
  }

  #writeString(buf: Buffer, at: number, out: ByteSink): void {
    if (at !== NONE) this.#text.writeContent(buf, at + 4, at + 4 + buf.readInt32BE(at), out);
  }
}

/** Calls back for each tag with a name of ASCII characters; of a repeated one the last counts. @returns the position behind the container */
function findTags(buf: Buffer, pos: number, found: (name: string, type: number, at: number) => void): number {
  let tagsLeft = buf.readUInt16BE(pos);
  pos += 2;
  for (; tagsLeft > 0; tagsLeft--) {
    const typeAt = pos + 1 + buf[pos]!;
    const type = buf[typeAt]!;
    found(buf.toString('latin1', pos + 1, typeAt), type, typeAt + 1);
    pos = passChecked(type, buf, typeAt + 1);
  }
  return pos;
}

/** @param write writes the container at a position and returns the position behind it */
function forEachContainer(buf: Buffer, at: number, write: (pos: number) => number): void {
  if (at === NONE) return;
  let pos = at + 5;
  for (let left = buf.readInt32BE(at + 1); left > 0; left--) pos = write(pos);
}

function writeNumber(buf: Buffer, at: number, out: ByteSink): void {
  if (at === NONE) return;
  const type = buf[at]!;
  writeAscii(':', out);
  if (type === TypeCode.BYTE) writeInteger(buf.readInt8(at + 1), out);
  else writeInteger(type === TypeCode.SHORT ? buf.readInt16BE(at + 1) : buf.readInt32BE(at + 1), out);
}

function isInteger(type: number): boolean {
  return type === TypeCode.BYTE || type === TypeCode.SHORT || type === TypeCode.INTEGER;
}
