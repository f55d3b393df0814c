import type { EventWriter } from '@hercules/protocol/writing';

const MAX_CAUSES = 10;
const FRAME = /^ +at (?:async )?(?:(.+?) \()?(.+?)(?::(\d+))?(?::(\d+))?\)?$/;
const INT32_MAX = 0x7fff_ffff;

/** Writes the tag `exception` (protocol §10.2): type, message, stack frames, and the error's cause, or causes, in the same form. */
export function writeException(writer: EventWriter, error: Error): void {
  writer.beginContainer('exception');
  writeParts(writer, error, 0);
  writer.endContainer();
}

function writeParts(writer: EventWriter, error: Error, depth: number): void {
  writer.string('type', error.name);
  writer.string('message', error.message);
  const frames = framesOf(error.stack ?? '');
  if (frames.length > 0) {
    writer.beginVector('stackFrames', 'container');
    for (const frame of frames) writeFrame(writer, frame);
    writer.endVector();
  }
  const causes = causesOf(error);
  if (causes.length === 0 || depth >= MAX_CAUSES) return;
  writer.beginVector('innerExceptions', 'container');
  for (const cause of causes) {
    writer.beginContainer(null);
    writeParts(writer, cause, depth + 1);
    writer.endContainer();
  }
  writer.endVector();
}

interface Frame {
  readonly type: string;
  readonly function: string | undefined;
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** Lines such as `    at Class.method (file:///x.ts:3:5)`, as V8 writes them. */
function framesOf(stack: string): Frame[] {
  return stack.split('\n').flatMap((text): Frame[] => {
    const match = FRAME.exec(text);
    if (match === null) return [];
    const [, name = '<anonymous>', file, line, column] = match;
    const dot = name.lastIndexOf('.');
    // Whoever shows a frame begins a line with its type.
    const [type, method] = dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, undefined];
    return [{ type, function: method, file: file!, line: positionOf(line), column: positionOf(column) }];
  });
}

function positionOf(text: string | undefined): number | undefined {
  return text === undefined || Number(text) > INT32_MAX ? undefined : Number(text);
}

function writeFrame(writer: EventWriter, frame: Frame): void {
  writer.beginContainer(null);
  writer.string('type', frame.type);
  if (frame.function !== undefined) writer.string('function', frame.function);
  writer.string('file', frame.file);
  if (frame.line !== undefined) writer.integer('line', frame.line);
  if (frame.column !== undefined) writer.integer('column', frame.column);
  writer.endContainer();
}

function causesOf(error: Error): Error[] {
  if (error instanceof AggregateError) return error.errors.filter((inner): inner is Error => inner instanceof Error);
  return error.cause instanceof Error ? [error.cause] : [];
}
