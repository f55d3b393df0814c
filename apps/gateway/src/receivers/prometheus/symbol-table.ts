import { HerculesError } from '@hercules/protocol';
import { type ProtoReader, WireType } from '../grpc/proto-reader.ts';
import { isText } from './is-text.ts';

const SYMBOL = 4 * 8 + WireType.LENGTH;
/** Far above what a request of thousands of series refers to; bounds the memory for the ranges. */
const MAX_SYMBOLS = 1_000_000;
const [UNKNOWN, TEXT, NO_TEXT] = [0, 1, 2];

/** The texts of a request of version 2 (`Request.symbols`), as ranges of its bytes. */
export class SymbolTable {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
  readonly #body: Buffer;
  /** A symbol may be referred to again and again, so each is looked at once. */
  readonly #checked: Uint8Array;

  /**
   * Finds the symbols, wherever they stand in the message.
   * @throws HerculesError INVALID_ARGUMENT when it is not protobuf, or the table is not as the specification has it
   */
  constructor(reader: ProtoReader, body: Buffer) {
    this.count = countSymbols(reader, body);
    if (this.count > MAX_SYMBOLS)
      throw new HerculesError('INVALID_ARGUMENT', `There are ${this.count} symbols; at most ${MAX_SYMBOLS} are allowed`);
    this.starts = new Uint32Array(this.count);
    this.ends = new Uint32Array(this.count);
    this.#checked = new Uint8Array(this.count);
    this.#body = body;
    reader.reset(body, 0);
    let at = 0;
    while (reader.position < body.length) {
      const key = reader.key(body.length);
      if (key === SYMBOL) {
        const end = (this.ends[at] = reader.lengthEnd(body.length));
        this.starts[at++] = reader.take(end - reader.position, body.length);
      } else {
        reader.skip(key, body.length);
      }
    }
    if (this.count > 0 && this.ends[0]! > this.starts[0]!) {
      throw new HerculesError('INVALID_ARGUMENT', 'The first symbol must be the empty text');
    }
  }

  /** Whether a symbol is UTF-8. @param ref below {@link count} */
  isText(ref: number): boolean {
    if (this.#checked[ref] === UNKNOWN) this.#checked[ref] = isText(this.#body, this.starts[ref]!, this.ends[ref]!) ? TEXT : NO_TEXT;
    return this.#checked[ref] === TEXT;
  }
}

function countSymbols(reader: ProtoReader, body: Buffer): number {
  reader.reset(body, 0);
  let count = 0;
  while (reader.position < body.length) {
    const key = reader.key(body.length);
    if (key === SYMBOL) count++;
    reader.skip(key, body.length);
  }
  return count;
}
