import type { Logger } from '@hercules/protocol';
import type { MetadataLog, WriterRegistry } from './metadata-writer.ts';
import { MetadataState } from './metadata-state.ts';
import type { MetadataRecordListener } from './registry.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

interface TestRecord {
  key: string;
  value: Buffer | null;
}

/** A one-partition topic in memory, for tests of who may write. */
export class TestTopic implements MetadataLog {
  readonly records: TestRecord[] = [];
  readonly readers: TestRegistry[] = [];

  async append(key: string, value: Buffer | null): Promise<number> {
    const offset = this.records.push({ key, value }) - 1;
    for (const reader of this.readers) reader.deliver();
    await Promise.resolve();
    return offset;
  }

  async endOffset(): Promise<number> {
    return Promise.resolve(this.records.length);
  }

  /** What compaction would leave under a key. */
  latest(key: string): string | undefined {
    return this.records.findLast((record) => record.key === key)?.value?.toString();
  }
}

/** A reader of a {@link TestTopic}. While `frozen` it sees nothing new, as a process does that is stopped. */
export class TestRegistry implements WriterRegistry {
  readonly topic = 'test';
  readonly state = new MetadataState(silent);
  frozen = false;
  readonly #source: TestTopic;
  readonly #table = new Map<string, Buffer>();
  readonly #listeners = new Set<MetadataRecordListener>();
  #position = 0;

  constructor(source: TestTopic) {
    this.#source = source;
    source.readers.push(this);
    this.deliver();
  }

  entries(): Iterable<[string, Buffer]> {
    return this.#table.entries();
  }

  onRecord(listener: MetadataRecordListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async waitForOffset(offset: number): Promise<void> {
    if (this.#position <= offset) throw new Error(`offset ${offset} has not been read`);
    await Promise.resolve();
  }

  deliver(): void {
    while (!this.frozen && this.#position < this.#source.records.length) {
      const offset = this.#position++;
      const { key, value } = this.#source.records[offset]!;
      if (value === null) this.#table.delete(key);
      else this.#table.set(key, value);
      this.state.apply(key, value ?? undefined);
      for (const listener of this.#listeners) listener(key, value ?? undefined, offset);
    }
  }
}

export const silentLogger = silent;
