import type { Logger } from '@hercules/protocol';

/** `value` undefined = the key is gone. `offset` is that of the record that says so, or of the last one read when the key is just missing. */
export type TableListener = (key: string, value: Buffer | undefined, offset: number) => void;

interface Entry {
  value: Buffer;
  offset: number;
}

/**
 * Keys and newest values. A load gathers the entries of a whole log out of sight and then takes the place of what was there before, so that
 * neither readers nor listeners see old values come back on the way.
 */
export class TableContent {
  readonly #logger: Logger;
  readonly #listeners = new Set<TableListener>();
  #entries = new Map<string, Entry>();
  #loading: Map<string, Entry> | undefined;
  #position = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Offset after the last record that shows. */
  get position(): number {
    return this.#position;
  }

  get size(): number {
    return this.#entries.size;
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  get(key: string): Buffer | undefined {
    return this.#entries.get(key)?.value;
  }

  *entries(): IterableIterator<[string, Buffer]> {
    for (const [key, { value }] of this.#entries) yield [key, value];
  }

  onChange(listener: TableListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a record in; a value of undefined is a tombstone. */
  put(key: string, value: Buffer | undefined, offset: number): void {
    const target = this.#loading ?? this.#entries;
    const known = target.has(key);
    if (value === undefined) target.delete(key);
    else target.set(key, { value, offset });
    if (this.#loading === undefined && (known || value !== undefined)) this.#tell(key, value, offset);
  }

  /** Everything below `position` has been taken in. */
  advance(position: number): void {
    if (this.#loading === undefined) this.#position = position;
  }

  beginLoad(): void {
    this.#loading = new Map();
  }

  /** Shows what was loaded and tells listeners what differs from before. */
  finishLoad(position: number): void {
    const former = this.#entries;
    const loaded = this.#loading ?? new Map<string, Entry>();
    this.#entries = loaded;
    this.#loading = undefined;
    this.#position = position;
    for (const key of former.keys()) if (!loaded.has(key)) this.#tell(key, undefined, position - 1);
    for (const [key, { value, offset }] of [...loaded]) {
      if (former.get(key)?.value.equals(value) !== true) this.#tell(key, value, offset);
    }
  }

  #tell(key: string, value: Buffer | undefined, offset: number): void {
    for (const listener of this.#listeners) {
      try {
        listener(key, value, offset);
      } catch (error) {
        this.#logger.error({ err: error, key }, 'a listener of the table failed on a change');
      }
    }
  }
}
