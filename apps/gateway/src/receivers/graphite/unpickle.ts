import { HerculesError } from '@hercules/protocol';

/** What a pickle of Graphite's protocol may hold. */
export type Unpickled = string | number | bigint | boolean | null | Unpickled[];

/** Bounds what a short pickle may become by its memo. */
const MAX_VALUES = 1_000_000;
const MARK = Symbol('mark');

/**
 * Reads a pickle of lists, tuples, texts and numbers, in any of Python's protocols 0 to 5. Opcodes that name a class or call one, which is what makes pickles
 * dangerous, are not known here. Source: CPython's Lib/pickletools.py, which describes every opcode.
 * @throws HerculesError INVALID_EVENT
 */
export function unpickle(buf: Buffer, start: number, end: number): Unpickled {
  return new Unpickler(buf, start, end).run();
}

class Unpickler {
  readonly #buf: Buffer;
  readonly #end: number;
  #position: number;
  readonly #stack: (Unpickled | typeof MARK)[] = [];
  readonly #memo = new Map<number, Unpickled>();
  #values = 0;

  constructor(buf: Buffer, start: number, end: number) {
    this.#buf = buf;
    this.#position = start;
    this.#end = end;
  }

  run(): Unpickled {
    for (;;) {
      if (++this.#values > MAX_VALUES) throw bad(`more than ${MAX_VALUES} opcodes`);
      const opcode = String.fromCharCode(this.#u8());
      if (opcode === '.') return this.#pop();
      this.#do(opcode);
    }
  }

  #do(opcode: string): void {
    switch (opcode) {
      case '\x80': // PROTO
        this.#take(1);
        return;
      case '\x95': // FRAME
        this.#take(8);
        return;
      case '(': // MARK
        this.#stack.push(MARK);
        return;
      case ']': // EMPTY_LIST
      case ')': // EMPTY_TUPLE
        return this.#push([]);
      case 'l': // LIST
      case 't': // TUPLE
        return this.#push(this.#popMark());
      case '\x85': // TUPLE1
        return this.#push(this.#popMany(1));
      case '\x86': // TUPLE2
        return this.#push(this.#popMany(2));
      case '\x87': // TUPLE3
        return this.#push(this.#popMany(3));
      case 'a': {
        // APPEND
        const [item] = this.#popMany(1);
        this.#list().push(item!);
        return;
      }
      case 'e': {
        // APPENDS
        const items = this.#popMark();
        const list = this.#list();
        for (const item of items) list.push(item);
        return;
      }
      case '0': // POP
        this.#pop();
        return;
      case 'p': // PUT
        return this.#keep(Number(this.#line()));
      case 'q': // BINPUT
        return this.#keep(this.#u8());
      case 'r': // LONG_BINPUT
        return this.#keep(this.#buf.readUInt32LE(this.#take(4)));
      case '\x94': // MEMOIZE
        return this.#keep(this.#memo.size);
      case 'g': // GET
        return this.#recall(Number(this.#line()));
      case 'h': // BINGET
        return this.#recall(this.#u8());
      case 'j': // LONG_BINGET
        return this.#recall(this.#buf.readUInt32LE(this.#take(4)));
      default:
        return this.#scalar(opcode);
    }
  }

  #scalar(opcode: string): void {
    const buf = this.#buf;
    switch (opcode) {
      case 'N': // NONE
        return this.#push(null);
      case '\x88': // NEWTRUE
        return this.#push(true);
      case '\x89': // NEWFALSE
        return this.#push(false);
      case 'I': // INT; 00 and 01 are flags
        return this.#push(this.#integer(this.#line()));
      case 'L': // LONG
        return this.#push(this.#integer(this.#line().replace(/L$/, '')));
      case 'J': // BININT
        return this.#push(buf.readInt32LE(this.#take(4)));
      case 'K': // BININT1
        return this.#push(this.#u8());
      case 'M': // BININT2
        return this.#push(buf.readUInt16LE(this.#take(2)));
      case '\x8a': // LONG1
        return this.#push(this.#long(this.#u8()));
      case 'F': // FLOAT
        return this.#push(this.#float(this.#line()));
      case 'G': // BINFLOAT
        return this.#push(buf.readDoubleBE(this.#take(8)));
      case 'S': // STRING
        return this.#push(unquoted(this.#line()));
      case 'V': // UNICODE
        return this.#push(this.#line().replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
      case 'U': // SHORT_BINSTRING
      case 'C': // SHORT_BINBYTES
      case '\x8c': // SHORT_BINUNICODE
        return this.#push(this.#text(this.#u8()));
      case 'T': // BINSTRING
      case 'X': // BINUNICODE
      case 'B': // BINBYTES
        return this.#push(this.#text(buf.readUInt32LE(this.#take(4))));
      default:
        throw bad(`opcode ${JSON.stringify(opcode)}, which no list of metrics needs`);
    }
  }

  #push(value: Unpickled): void {
    this.#stack.push(value);
  }

  #pop(): Unpickled {
    return this.#popMany(1)[0]!;
  }

  #popMany(count: number): Unpickled[] {
    const { length } = this.#stack;
    if (length < count) throw bad('fewer values than its opcodes need');
    const values = this.#stack.splice(length - count);
    if (values.includes(MARK)) throw bad('a mark where a value belongs');
    return values as Unpickled[];
  }

  #popMark(): Unpickled[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw bad('no mark where one belongs');
    const values = this.#stack.splice(mark);
    values.shift();
    return values as Unpickled[];
  }

  #list(): Unpickled[] {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw bad('no list to append to');
    return list;
  }

  #keep(at: number): void {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK || !Number.isSafeInteger(at) || at < 0) throw bad('nothing to remember');
    this.#memo.set(at, value);
  }

  #recall(at: number): void {
    const value = this.#memo.get(at);
    if (value === undefined) throw bad('a value that was not remembered');
    this.#push(value);
  }

  #integer(text: string): Unpickled {
    if (text === '00' || text === '01') return text === '01';
    if (!/^-?\d{1,400}$/.test(text)) throw bad('a text for a number');
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }

  #float(text: string): number {
    if (/^-?(inf|nan)$/i.test(text)) return Number.NaN;
    const number = Number(text);
    if (text === '' || Number.isNaN(number)) throw bad('a text for a number');
    return number;
  }

  /** Two's complement, little-endian. */
  #long(bytes: number): Unpickled {
    const at = this.#take(bytes);
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#buf[at + i]!);
    value = BigInt.asIntN(bytes * 8, value);
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  #text(bytes: number): string {
    const at = this.#take(bytes);
    return this.#buf.toString('utf8', at, at + bytes);
  }

  #line(): string {
    const newline = this.#buf.indexOf(0x0a, this.#position);
    if (newline < 0 || newline >= this.#end) throw bad('no end of a line');
    const text = this.#buf.toString('latin1', this.#position, newline);
    this.#position = newline + 1;
    return text;
  }

  #u8(): number {
    return this.#buf[this.#take(1)]!;
  }

  #take(bytes: number): number {
    const start = this.#position;
    if (bytes > this.#end - start) throw bad('fewer bytes than it says');
    this.#position = start + bytes;
    return start;
  }
}

/** A text as Python's repr writes it. */
function unquoted(text: string): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote) throw bad('a text without its quotes');
  return text.slice(1, -1).replace(/\\(['"\\])/g, '$1');
}

function bad(what: string): HerculesError {
  return new HerculesError('INVALID_EVENT', `no pickle of metrics: it has ${what}`);
}
