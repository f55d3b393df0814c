import { randomUUID } from 'node:crypto';
import type { Logger } from '@hercules/protocol';
import { stringifyJson } from './json.ts';
import { LeadershipLost } from './leadership-lost.ts';
import { LEADER_KEY, tableKey } from './meta-keys.ts';
import type { MetadataRecordListener } from './registry.ts';
import type { LeaderClaim } from './task-result.ts';

const VISIBLE_TIMEOUT_MS = 10_000;
const TABLE_KEYS = tableKey('');

/** What the writer needs of a registry. */
export interface WriterRegistry {
  readonly topic: string;
  readonly state: { readonly leader: LeaderClaim | undefined };
  entries(): Iterable<[string, Buffer]>;
  onRecord(listener: MetadataRecordListener): () => void;
  waitForOffset(offset: number, timeoutMs: number): Promise<void>;
}

/** What the writer needs of Kafka. */
export interface MetadataLog {
  /** Appends one record (null value = tombstone) and returns its offset once all replicas have it. */
  append(key: string, value: Buffer | null): Promise<number>;
  /** The offset that the next record will get. */
  endOffset(): Promise<number>;
}

/**
 * The only writer of the metadata topic, reports about tables apart. Who writes is decided outside (the owner of the tasks topic's partition); this class makes sure
 * that an instance which lost that role, but does not know it yet, does no harm (docs/decisions/001-single-writer.md):
 *
 * - {@link claim} writes a `leader` record. The topic has one partition, so all readers agree which claim is the last.
 * - Before each write the topic is read to its end; with another claim there, the write is refused with {@link LeadershipLost}.
 * - A write that still slips in behind another instance's claim (the process was frozen between check and write) is noticed by the rightful
 *   writer, because the record's offset is none of its own, and overwritten with the right value.
 */
export class MetadataWriter {
  readonly #registry: WriterRegistry;
  readonly #log: MetadataLog;
  readonly #instance: string;
  readonly #logger: Logger;
  #claim: string | undefined;
  #claimOffset = -1;
  /** What each key must hold: the topic's contents at the claim, then this writer's own writes. */
  #rightful = new Map<string, Buffer>();
  #ownOffsets = new Set<number>();
  #unsubscribe: () => void = () => undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(registry: WriterRegistry, log: MetadataLog, instance: string, logger: Logger) {
    this.#registry = registry;
    this.#log = log;
    this.#instance = instance;
    this.#logger = logger;
  }

  /** True while this instance knows of no later claim than its own. */
  get isLeader(): boolean {
    return this.#claim !== undefined && this.#registry.state.leader?.claim === this.#claim;
  }

  /** Becomes the writer: resolves once the claim is the last one in the topic and everything before it has been read. */
  async claim(): Promise<void> {
    this.release();
    const claim = randomUUID();
    this.#claim = claim;
    this.#unsubscribe = this.#registry.onRecord((key, value, offset) => this.#onRecord(claim, key, value, offset));
    const value: LeaderClaim = { claim, instance: this.#instance, at: Date.now() };
    const offset = await this.#log.append(LEADER_KEY, Buffer.from(stringifyJson(value)));
    await this.#registry.waitForOffset(offset, VISIBLE_TIMEOUT_MS);
    this.#requireClaim();
  }

  /** Stops being the writer; writes are refused from now on. */
  release(): void {
    this.#unsubscribe();
    this.#unsubscribe = () => undefined;
    this.#claim = undefined;
    this.#claimOffset = -1;
    this.#rightful = new Map();
    this.#ownOffsets = new Set();
  }

  /**
   * Reads the topic to its end and throws {@link LeadershipLost} if another instance is the writer by then. To be called right before
   * anything that another writer must not see happen late, such as deleting a Kafka topic.
   */
  async assertLeader(): Promise<void> {
    this.#requireClaim();
    const end = await this.#log.endOffset();
    if (end > 0) await this.#registry.waitForOffset(end - 1, VISIBLE_TIMEOUT_MS);
    this.#requireClaim();
  }

  /** Stores a document under a key; resolves once the own registry shows it. Throws LeadershipLost, KAFKA_UNAVAILABLE, TIMEOUT. */
  async put(key: string, document: unknown): Promise<void> {
    await this.#write(key, Buffer.from(stringifyJson(document)));
  }

  /** Removes a key with a tombstone, unless it is absent; resolves once the own registry shows it. Throws LeadershipLost, KAFKA_UNAVAILABLE, TIMEOUT. */
  async remove(key: string): Promise<void> {
    await this.#write(key, null);
  }

  async #write(key: string, value: Buffer | null): Promise<void> {
    const offset = await this.#oneAfterAnother(async () => {
      await this.assertLeader();
      return value === null && !this.#rightful.has(key) ? undefined : this.#append(key, value);
    });
    if (offset !== undefined) await this.#registry.waitForOffset(offset, VISIBLE_TIMEOUT_MS);
  }

  async #append(key: string, value: Buffer | null): Promise<number> {
    const claim = this.#claim;
    const offset = await this.#log.append(key, value);
    if (claim !== this.#claim) return offset;
    this.#ownOffsets.add(offset);
    if (value === null) this.#rightful.delete(key);
    else this.#rightful.set(key, value);
    return offset;
  }

  #onRecord(claim: string, key: string, value: Buffer | undefined, offset: number): void {
    if (claim !== this.#claim) return;
    if (key === LEADER_KEY) {
      this.#onLeaderRecord(claim, offset);
    } else if (key.startsWith(TABLE_KEYS)) {
      // Reports are written by the owner of the tables, by right.
      if (value === undefined) this.#rightful.delete(key);
      else this.#rightful.set(key, value);
    } else if (this.#claimOffset >= 0) {
      // The acknowledgement of an own record may come after the record itself, so who wrote it is judged in turn with the writes.
      void this.#oneAfterAnother(() => this.#restoreIfForeign(claim, key, offset)).catch((error: unknown) => {
        this.#logger.error({ err: error, key, offset }, 'Could not restore a metadata record that a former writer had overwritten');
      });
    }
  }

  #onLeaderRecord(claim: string, offset: number): void {
    const { leader } = this.#registry.state;
    if (leader?.claim === claim) {
      this.#claimOffset = offset;
      this.#rightful = new Map(this.#registry.entries());
    } else if (this.#claimOffset >= 0) {
      this.#logger.warn({ leader: leader?.instance }, 'Another instance writes the metadata now');
      this.release();
    }
  }

  async #restoreIfForeign(claim: string, key: string, offset: number): Promise<void> {
    if (claim !== this.#claim || this.#ownOffsets.delete(offset)) return;
    this.#logger.warn({ key, offset }, 'A former writer changed the metadata late; restoring the value');
    await this.assertLeader();
    await this.#append(key, this.#rightful.get(key) ?? null);
  }

  #requireClaim(): void {
    if (!this.isLeader) throw new LeadershipLost('another instance writes the metadata');
  }

  #oneAfterAnother<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(step, step);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
