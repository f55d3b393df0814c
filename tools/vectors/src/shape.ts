/** A file that is not in the format of test vectors. The message names the place and what was expected. */
export class ShapeError extends Error {}

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Access to a part of parsed JSON that knows where it stands in the file, and refuses what has the wrong type. */
export class Shape {
  readonly value: unknown;
  readonly place: string;

  constructor(value: unknown, place: string) {
    this.value = value;
    this.place = place;
  }

  has(key: string): boolean {
    return this.record()[key] !== undefined;
  }

  at(key: string): Shape {
    return new Shape(this.record()[key], this.place === '' ? key : `${this.place}.${key}`);
  }

  record(): JsonRecord {
    if (typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)) return this.value as JsonRecord;
    throw this.#expected('an object');
  }

  list(): Shape[] {
    if (!Array.isArray(this.value)) throw this.#expected('a list');
    return this.value.map((item, i) => new Shape(item, `${this.place}[${i}]`));
  }

  text(): string {
    if (typeof this.value === 'string') return this.value;
    throw this.#expected('a string');
  }

  number(): number {
    if (typeof this.value === 'number') return this.value;
    throw this.#expected('a number');
  }

  flag(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.#expected('true or false');
  }

  /** A whole number as a decimal string. */
  bigint(): bigint {
    if (typeof this.value === 'string' && /^-?\d+$/.test(this.value)) return BigInt(this.value);
    throw this.#expected('a whole number as a string');
  }

  hex(): Buffer {
    const text = this.text();
    if (text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text)) return Buffer.from(text, 'hex');
    throw this.#expected('bytes in hexadecimal');
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    const text = this.text();
    if ((choices as readonly string[]).includes(text)) return text as T;
    throw this.#expected(`one of ${choices.join(', ')}`);
  }

  /** Turns the value into something else; whatever `convert` throws means that the value is not `what`. */
  as<T>(what: string, convert: (value: unknown) => T): T {
    try {
      return convert(this.value);
    } catch (error) {
      throw new ShapeError(`${this.#expected(what).message} (${(error as Error).message})`, { cause: error });
    }
  }

  #expected(what: string): ShapeError {
    const shown = this.value === undefined ? 'nothing' : JSON.stringify(this.value).slice(0, 60);
    return new ShapeError(`${this.place === '' ? 'the file' : this.place}: expected ${what}, found ${shown}`);
  }
}
