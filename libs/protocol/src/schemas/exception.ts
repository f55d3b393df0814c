import type { Container, Value } from '../event.ts';

/** Exceptions inside each other that are rendered; a loop of causes cannot be in an event, but a hostile depth can. */
const MAX_DEPTH = 64;

/** The stack trace text of a structured exception (protocol §10.2): what lands in `stackTrace`. */
export function renderStackTrace(exception: Container): string {
  const parts: string[] = [];
  renderException(exception, '', 0, parts);
  return parts.join('');
}

function renderException(exception: Container, indent: string, depth: number, out: string[]): void {
  const type = text(exception.get('type'));
  if (type !== undefined) out.push(type, ': ');
  out.push(text(exception.get('message')) ?? '');
  for (const frame of containers(exception.get('stackFrames'))) renderFrame(frame, indent, out);
  if (depth === MAX_DEPTH) return;
  for (const inner of containers(exception.get('innerExceptions'))) {
    out.push('\n', indent, '  Caused by: ');
    renderException(inner, `${indent}  `, depth + 1, out);
  }
}

/** A frame without a type gets no line of its own, as in the original. */
function renderFrame(frame: Container, indent: string, out: string[]): void {
  const type = text(frame.get('type'));
  const method = text(frame.get('function'));
  const line = integer(frame.get('line'));
  const column = integer(frame.get('column'));
  if (type !== undefined) out.push('\n', indent, '    at ', type);
  if (method !== undefined) out.push('.', method);
  out.push('(', text(frame.get('file')) ?? '', line === undefined ? '' : `:${line}`, column === undefined ? '' : `:${column}`, ')');
}

function text(value: Value | undefined): string | undefined {
  return value?.type === 'string' ? value.value : undefined;
}

/** Byte, Short and Integer count as an integer (protocol §10). */
function integer(value: Value | undefined): number | undefined {
  if (value?.type === 'byte') return (value.value << 24) >> 24;
  return value?.type === 'integer' || value?.type === 'short' ? value.value : undefined;
}

function containers(value: Value | undefined): readonly Container[] {
  return value?.type === 'vector' && value.value.elementType === 'container' ? (value.value.elements as readonly Container[]) : [];
}
