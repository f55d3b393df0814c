import { type ErrorCode, HerculesError, TextCache } from '@hercules/protocol';

/** Kinds of entries of a {@link JsonTape}. */
export const JsonKind = { OBJECT: 1, ARRAY: 2, STRING: 3, INTEGER: 4, REAL: 5, TRUE: 6, FALSE: 7, NULL: 8 } as const;

const INITIAL_ENTRIES = 256;
/** A tape that grew beyond this is made anew for the next text. */
const KEPT_ENTRIES = 131_072;
/** Bounds what a short body of many short values takes: 14 bytes each. */
const MAX_ENTRIES = 4_194_304;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;

/**
 * One JSON text as a flat list of its values, in their order, with their places in the bytes: no object stands for a value, and numbers keep all their digits.
 * An object's members follow it, key and value by turns, an array's elements likewise. Source: RFC 8259.
 */
export class JsonTape {
  /** Entries of the last text that was read. */
  length = 0;
  kinds = new Uint8Array(INITIAL_ENTRIES);
  /** Of a string what is between its quotes. */
  starts = new Uint32Array(INITIAL_ENTRIES);
  ends = new Uint32Array(INITIAL_ENTRIES);
  /** The entry after the value and all that is in it. */
  nexts = new Uint32Array(INITIAL_ENTRIES);
  /** 1 for a string with escapes in it. */
  escapes = new Uint8Array(INITIAL_ENTRIES);
  buf: Buffer = Buffer.alloc(0);
  readonly #keys = new TextCache();
  readonly #maxDepth: number;
  readonly #what: string;
  readonly #code: ErrorCode;
  #position = 0;
  #end = 0;

  /**
   * @param maxDepth objects and arrays inside one another
   * @param what it reads, for errors
   * @param code of errors
   */
  constructor(maxDepth: number, what: string, code: ErrorCode) {
    this.#maxDepth = maxDepth;
    this.#what = what;
    this.#code = code;
  }

  /**
   * Reads the text at [start, end).
   * @throws HerculesError with the byte, counted from `start`; PAYLOAD_TOO_LARGE for more values than there is memory for
   */
  read(buf: Buffer, start: number, end: number): void {
    if (this.kinds.length > KEPT_ENTRIES) this.#resize(INITIAL_ENTRIES);
    this.buf = buf;
    this.length = 0;
    this.#position = start;
    this.#end = end;
    try {
      this.#value(0);
      this.#skipSpace();
      if (this.#position < end) throw this.#unexpected('the end');
    } catch (error) {
      if (!(error instanceof UnexpectedByte)) throw error;
      const found = error.at < end ? JSON.stringify(String.fromCharCode(buf[error.at]!)) : 'the end';
      throw new HerculesError(
        this.#code,
        `${this.#what} is not JSON: expected ${error.expected} at byte ${error.at - start}, found ${found}`,
      );
    }
  }

  /** The text of a string, or the literal of anything else. */
  text(entry: number): string {
    const start = this.starts[entry]!;
    const end = this.ends[entry]!;
    if (this.escapes[entry] === 1) return JSON.parse(this.buf.toString('utf8', start - 1, end + 1)) as string;
    return this.buf.toString('utf8', start, end);
  }

  /** The text of a key: the same ones come again and again. */
  key(entry: number): string {
    if (this.escapes[entry] === 1) return this.text(entry);
    return this.#keys.get(this.buf, this.starts[entry]!, this.ends[entry]!);
  }

  #value(depth: number): void {
    this.#skipSpace();
    const byte = this.#peek();
    switch (byte) {
      case QUOTE:
        return this.#string();
      case OPEN_BRACE:
        return this.#object(depth);
      case OPEN_BRACKET:
        return this.#array(depth);
      case 0x74:
        return this.#literal(TRUE_BYTES, JsonKind.TRUE);
      case 0x66:
        return this.#literal(FALSE_BYTES, JsonKind.FALSE);
      case 0x6e:
        return this.#literal(NULL_BYTES, JsonKind.NULL);
      default:
        if (byte === MINUS || isDigit(byte)) return this.#number();
        throw this.#unexpected('a value');
    }
  }

  #object(depth: number): void {
    const entry = this.#open(JsonKind.OBJECT, depth);
    this.#skipSpace();
    if (this.#peek() === CLOSE_BRACE) return this.#close(entry);
    for (;;) {
      this.#skipSpace();
      if (this.#peek() !== QUOTE) throw this.#unexpected('a key in quotes');
      this.#string();
      this.#skipSpace();
      if (this.#peek() !== COLON) throw this.#unexpected('":"');
      this.#position++;
      this.#value(depth + 1);
      this.#skipSpace();
      const byte = this.#peek();
      if (byte === CLOSE_BRACE) return this.#close(entry);
      if (byte !== COMMA) throw this.#unexpected('"," or "}"');
      this.#position++;
    }
  }

  #array(depth: number): void {
    const entry = this.#open(JsonKind.ARRAY, depth);
    this.#skipSpace();
    if (this.#peek() === CLOSE_BRACKET) return this.#close(entry);
    for (;;) {
      this.#value(depth + 1);
      this.#skipSpace();
      const byte = this.#peek();
      if (byte === CLOSE_BRACKET) return this.#close(entry);
      if (byte !== COMMA) throw this.#unexpected('"," or "]"');
      this.#position++;
    }
  }

  #open(kind: number, depth: number): number {
    if (depth >= this.#maxDepth) throw this.#unexpected(`at most ${this.#maxDepth} objects and arrays inside one another`);
    const entry = this.#add(kind, this.#position);
    this.#position++;
    return entry;
  }

  #close(entry: number): void {
    this.ends[entry] = ++this.#position;
    this.nexts[entry] = this.length;
  }

  #string(): void {
    const { buf } = this;
    const end = this.#end;
    const start = this.#position + 1;
    let at = start;
    let escaped = 0;
    for (; at < end; at++) {
      const byte = buf[at]!;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        escaped = 1;
        this.#position = at;
        at += this.#escapeLength();
      } else if (byte < SPACE) {
        this.#position = at;
        throw this.#unexpected('no control character');
      }
    }
    this.#position = at;
    if (at >= end) throw this.#unexpected('a quote');
    const entry = this.#add(JsonKind.STRING, start);
    this.ends[entry] = at;
    this.escapes[entry] = escaped;
    this.nexts[entry] = this.length;
    this.#position = at + 1;
  }

  /** Bytes of the escape at the position, beyond the backslash. */
  #escapeLength(): number {
    const escaped = this.buf[this.#position + 1]!;
    if (escaped === 0x75) {
      for (let i = 2; i < 6; i++) if (!isHex(this.buf[this.#position + i]!)) throw this.#unexpected('\\u and four hex digits');
      return 5;
    }
    if (this.#position + 1 >= this.#end || !ESCAPES.includes(escaped)) throw this.#unexpected('an escape');
    return 1;
  }

  #number(): void {
    const { buf } = this;
    const start = this.#position;
    let kind: number = JsonKind.INTEGER;
    if (buf[start] === MINUS) this.#position++;
    const first = this.#peek();
    this.#digits();
    if (first === ZERO && this.#position - start > (buf[start] === MINUS ? 2 : 1))
      throw this.#unexpected('a number without zeros before it');
    if (this.#peek() === POINT) {
      kind = JsonKind.REAL;
      this.#position++;
      this.#digits();
    }
    const exponent = this.#peek();
    if (exponent === LOWER_E || exponent === UPPER_E) {
      kind = JsonKind.REAL;
      this.#position++;
      if (this.#peek() === PLUS || this.#peek() === MINUS) this.#position++;
      this.#digits();
    }
    const entry = this.#add(kind, start);
    this.ends[entry] = this.#position;
    this.nexts[entry] = this.length;
  }

  #digits(): void {
    if (!isDigit(this.#peek())) throw this.#unexpected('a digit');
    while (isDigit(this.#peek())) this.#position++;
  }

  #literal(bytes: Buffer, kind: number): void {
    const start = this.#position;
    for (const byte of bytes) {
      if (this.#peek() !== byte) throw this.#unexpected('a value');
      this.#position++;
    }
    const entry = this.#add(kind, start);
    this.ends[entry] = this.#position;
    this.nexts[entry] = this.length;
  }

  /** The byte at the position; −1 at the end. */
  #peek(): number {
    return this.#position < this.#end ? this.buf[this.#position]! : -1;
  }

  #skipSpace(): void {
    const { buf } = this;
    let at = this.#position;
    while (at < this.#end && (buf[at] === SPACE || buf[at] === 0x0a || buf[at] === 0x0d || buf[at] === 0x09)) at++;
    this.#position = at;
  }

  #add(kind: number, start: number): number {
    const entry = this.length++;
    if (entry === this.kinds.length) this.#resize(2 * entry);
    this.kinds[entry] = kind;
    this.starts[entry] = start;
    this.escapes[entry] = 0;
    return entry;
  }

  #resize(entries: number): void {
    if (entries > MAX_ENTRIES) {
      throw new HerculesError('PAYLOAD_TOO_LARGE', `${this.#what} has more than ${MAX_ENTRIES} values and keys`);
    }
    this.kinds = resized(this.kinds, new Uint8Array(entries));
    this.escapes = resized(this.escapes, new Uint8Array(entries));
    this.starts = resized(this.starts, new Uint32Array(entries));
    this.ends = resized(this.ends, new Uint32Array(entries));
    this.nexts = resized(this.nexts, new Uint32Array(entries));
  }

  #unexpected(expected: string): UnexpectedByte {
    return new UnexpectedByte(expected, this.#position);
  }
}

const TRUE_BYTES = Buffer.from('true');
const FALSE_BYTES = Buffer.from('false');
const NULL_BYTES = Buffer.from('null');
const ESCAPES = Buffer.from('"\\/bfnrt');

/** What is thrown inside; the outside gets a HerculesError. */
class UnexpectedByte {
  readonly expected: string;
  readonly at: number;

  constructor(expected: string, at: number) {
    this.expected = expected;
    this.at = at;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x61 && byte <= 0x66) || (byte >= 0x41 && byte <= 0x46);
}

function resized<T extends Uint8Array | Uint32Array>(old: T, other: T): T {
  other.set(old.subarray(0, other.length));
  return other;
}
