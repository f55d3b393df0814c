import type { ByteSink } from '@hercules/protocol';
import { ABSENT, type MetricReader } from './metric-reader.ts';

export interface MetricNameOptions {
  /** Names with tags (`name;key=value`) instead of the tags' values joined by dots. */
  readonly tags: boolean;
  /** Replace dots inside names and values too. */
  readonly replaceDots: boolean;
}

const DOT = 0x2e;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const NAME_KEY = Buffer.from('_name');
const TYPE_KEY = Buffer.from('__metrics_data_type');
const PROJECT_KEY = Buffer.from('project');
const SUBPROJECT_KEY = Buffer.from('subproject');
const NULL = Buffer.from('null');
const UNKNOWN = Buffer.from('unknown');
const NO_SUBPROJECT = Buffer.from(';subproject=null');

/** Writes the names of metrics, bytes to bytes, as `graphiteLine` of libs/protocol gives them (sinks §3.1). */
export class MetricNameWriter {
  readonly #tags: boolean;
  /** What each byte of ASCII becomes; 0 for the bytes of other characters. */
  readonly #replaced = new Uint8Array(256);
  readonly #pattern: RegExp;

  constructor({ tags, replaceDots }: MetricNameOptions) {
    this.#tags = tags;
    this.#pattern = replaceDots ? /[^A-Za-z0-9_:-]/g : /[^A-Za-z0-9_:.-]/g;
    for (let code = 0; code < 128; code++) {
      this.#replaced[code] = String.fromCharCode(code).replace(this.#pattern, '_').charCodeAt(0);
    }
  }

  write(buffer: Buffer, metric: MetricReader, out: ByteSink): void {
    if (this.#tags) this.#writeTagged(buffer, metric, out);
    else this.#writePlain(buffer, metric, out);
  }

  #writePlain(buffer: Buffer, { count, valueStarts, valueEnds }: MetricReader, out: ByteSink): void {
    for (let i = 0; i < count; i++) {
      if (i > 0) writeByte(out, DOT);
      this.#writeText(buffer, valueStarts[i]!, valueEnds[i]!, out);
    }
  }

  #writeTagged(buffer: Buffer, { count, keyStarts, keyEnds, valueStarts, valueEnds }: MetricReader, out: ByteSink): void {
    let name = ABSENT;
    let hasProject = false;
    let hasSubproject = false;
    for (let i = 0; i < count; i++) {
      const [start, end] = [keyStarts[i]!, keyEnds[i]!];
      if (name === ABSENT && isText(buffer, start, end, NAME_KEY)) name = i;
      hasProject ||= isText(buffer, start, end, PROJECT_KEY);
      hasSubproject ||= isText(buffer, start, end, SUBPROJECT_KEY);
    }
    if (name === ABSENT) writeBytes(out, UNKNOWN);
    else this.#writeText(buffer, valueStarts[name]!, valueEnds[name]!, out);
    for (let i = 0; i < count; i++) {
      const [start, end] = [keyStarts[i]!, keyEnds[i]!];
      if (isText(buffer, start, end, NAME_KEY) || isText(buffer, start, end, TYPE_KEY)) continue;
      writeByte(out, SEMICOLON);
      this.#writeText(buffer, start, end, out);
      writeByte(out, EQUALS);
      this.#writeText(buffer, valueStarts[i]!, valueEnds[i]!, out);
    }
    if (hasProject && !hasSubproject) writeBytes(out, NO_SUBPROJECT);
  }

  #writeText(buffer: Buffer, start: number, end: number, out: ByteSink): void {
    if (start === ABSENT) {
      writeBytes(out, NULL);
      return;
    }
    out.ensure(end - start);
    const target = out.buffer;
    let at = out.length;
    for (let i = start; i < end; i++) {
      const replaced = this.#replaced[buffer[i]!]!;
      if (replaced === 0) {
        // One underscore for each UTF-16 unit of other characters, which only decoding tells for sure.
        out.text(buffer.toString('utf8', start, end).replace(this.#pattern, '_'));
        return;
      }
      target[at++] = replaced;
    }
    out.length = at;
  }
}

/** Whether the range holds exactly this text. */
export function isText(buffer: Buffer, start: number, end: number, text: Buffer): boolean {
  if (start === ABSENT || end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (buffer[start + i] !== text[i]) return false;
  return true;
}

function writeByte(out: ByteSink, byte: number): void {
  out.ensure(1);
  out.buffer[out.length++] = byte;
}

function writeBytes(out: ByteSink, bytes: Buffer): void {
  out.ensure(bytes.length);
  out.length += bytes.copy(out.buffer, out.length);
}
