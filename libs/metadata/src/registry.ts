import { CompactedTable, type KafkaCluster } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import type { Authorizer } from './authorizer.ts';
import { metadataTopicConfigs } from './config.ts';
import type { EventFilter } from './event-filter.ts';
import type { MetaKey, MetaKind } from './meta-keys.ts';
import { MetadataState, type ContentValidation } from './metadata-state.ts';
import type { Quota } from './quota.ts';
import type { Stream } from './stream.ts';
import type { TimelineEntry } from './timeline-entry.ts';
import type { Timeline } from './timeline.ts';

export interface MetadataRegistryOptions {
  /** The compacted topic; `hercules_meta` unless said otherwise. */
  topic?: string;
  /** Creates the topic if it is missing, with this replication factor. Left out: waits until the management API has made it. */
  replicationFactor?: number;
}

/** Called after a change is visible: its kind, and the name of the stream or timeline (for others the rest of the record's key). */
export type MetadataListener = (kind: MetaKind, name: string) => void;

/** Called after each record: its key, value (undefined = tombstone) and offset. */
export type MetadataRecordListener = (key: string, value: Buffer | undefined, offset: number) => void;

/**
 * Read-only view of the metadata that follows the compacted topic live (architecture §4). After {@link start} it holds everything that was
 * in the topic at that time; later changes are visible within a second.
 */
export class MetadataRegistry {
  readonly topic: string;
  readonly #table: CompactedTable;
  readonly #state: MetadataState;
  readonly #logger: Logger;
  readonly #listeners = new Set<MetadataListener>();
  readonly #recordListeners = new Set<MetadataRecordListener>();

  constructor(cluster: KafkaCluster, options: MetadataRegistryOptions, logger: Logger) {
    const { topic = 'hercules_meta', replicationFactor } = options;
    this.topic = topic;
    this.#logger = logger;
    this.#state = new MetadataState(logger);
    const create = replicationFactor === undefined ? undefined : { replicationFactor, configs: metadataTopicConfigs(replicationFactor) };
    this.#table = new CompactedTable(cluster, create === undefined ? { topic } : { topic, create }, logger);
    this.#table.onChange((key, value, offset) => this.#onRecord(key, value, offset));
  }

  /** Waits for the topic to be there, reads it to the end seen now, then keeps following. Throws KAFKA_UNAVAILABLE, SHUTTING_DOWN. */
  async start(): Promise<void> {
    await this.#table.start();
  }

  async stop(): Promise<void> {
    await this.#table.stop();
  }

  stream(name: string): Stream | undefined {
    return this.#state.stream(name);
  }

  /** All streams, in no particular order. */
  streams(): Stream[] {
    return this.#state.streams();
  }

  /** A timeline that has its table. */
  timeline(name: string): Timeline | undefined {
    return this.#state.timeline(name);
  }

  /** A timeline whatever its state. */
  timelineEntry(name: string): TimelineEntry | undefined {
    return this.#state.timelineEntry(name);
  }

  /** All timelines that have their tables, in no particular order. */
  timelines(): Timeline[] {
    return this.#state.timelines();
  }

  /** Rights of API keys (apis §2). */
  get authorizer(): Authorizer {
    return this.#state.authorizer;
  }

  /** The filter that events of this key must pass to be written to this stream; undefined: all pass (model §4.3). */
  validationFilter(apiKeyDigest: string, stream: string): EventFilter | undefined {
    return this.#state.validationFilter(apiKeyDigest, stream);
  }

  /** All content validations, in no particular order. */
  validations(): ContentValidation[] {
    return this.#state.validations();
  }

  /** All quotas of keys, in no particular order. */
  quotas(): Quota[] {
    return this.#state.quotas();
  }

  /** The parsed state itself, for the writer of the metadata. */
  get state(): MetadataState {
    return this.#state;
  }

  /** Keys and stored bytes of all records that are not tombstones. */
  entries(): IterableIterator<[string, Buffer]> {
    return this.#table.entries();
  }

  /** Registers for changes; the returned function unregisters. */
  onChange(listener: MetadataListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Registers for every record with its offset; the returned function unregisters. */
  onRecord(listener: MetadataRecordListener): () => void {
    this.#recordListeners.add(listener);
    return () => this.#recordListeners.delete(listener);
  }

  /** Resolves once the record of this offset is visible here; throws TIMEOUT. */
  async waitForOffset(offset: number, timeoutMs: number): Promise<void> {
    await this.#table.waitForOffset(offset, timeoutMs);
  }

  #onRecord(key: string, value: Buffer | undefined, offset: number): void {
    const meta = this.#state.apply(key, value);
    for (const listener of this.#recordListeners) this.#call(() => listener(key, value, offset));
    if (meta === undefined) return;
    const name = nameOf(meta);
    for (const listener of this.#listeners) this.#call(() => listener(meta.kind, name));
  }

  /** A listener's failure is its own: the table must go on. */
  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#logger.error({ err: error }, 'A listener for metadata changes failed');
    }
  }
}

function nameOf(meta: MetaKey): string {
  switch (meta.kind) {
    case 'stream':
    case 'timeline':
    case 'table':
      return meta.name;
    case 'rule':
      return `${meta.digest}.${meta.pattern}.${meta.right}`;
    case 'blacklist':
      return meta.digest;
    case 'validation':
      return `${meta.digest}.${meta.stream}`;
    case 'quota':
      return `${meta.digest}.${meta.pattern}`;
    case 'task':
      return meta.id;
    case 'leader':
      return '';
  }
}
