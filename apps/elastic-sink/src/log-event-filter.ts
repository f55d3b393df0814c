import { HPath, TagSelector, TypeCode } from '@hercules/protocol';

const PROPERTIES = 0;
const ELK_INDEX = 1;
const PROJECT = 2;

/**
 * The original's filter of log events that can name an index (sinks §2.5): they need `properties`; there an `elk-index` that starts with a
 * letter or digit, or a project, with project, environment and subproject, where present, starting with a letter or digit.
 */
export class LogEventFilter {
  readonly #selector = new TagSelector(
    ['properties', 'properties/elk-index', 'properties/project', 'properties/environment', 'properties/subproject'].map((path) =>
      HPath.parse(path),
    ),
  );

  accepts(buffer: Buffer, start: number, end: number): boolean {
    const selector = this.#selector;
    selector.select(buffer, start, end);
    if (selector.types[PROPERTIES] !== TypeCode.CONTAINER) return false;
    if (selector.types[ELK_INDEX] === TypeCode.STRING) return this.#startsAlphanumeric(buffer, ELK_INDEX);
    if (selector.types[PROJECT] !== TypeCode.STRING) return false;
    for (let i = PROJECT; i < 5; i++) {
      if (selector.types[i] === TypeCode.STRING && !this.#startsAlphanumeric(buffer, i)) return false;
    }
    return true;
  }

  #startsAlphanumeric(buffer: Buffer, i: number): boolean {
    if (this.#selector.starts[i] === this.#selector.ends[i]) return false;
    return /[a-z0-9]/i.test(String.fromCharCode(buffer[this.#selector.starts[i]!]!));
  }
}
