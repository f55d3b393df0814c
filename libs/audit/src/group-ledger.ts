import { type AssignedOffset, type RecordBlock, settledWithin, type TopicPartition } from '@hercules/kafka';
import { encodeKey } from './audit-record.ts';
import type { AuditPublisher } from './audit-publisher.ts';
import type { AuditChange, AuditSource } from './audit-source.ts';
import type { MinuteLedger } from './minute-ledger.ts';
import { PartitionLedger } from './partition-ledger.ts';

/** How long a commit waits for the audit topic. */
const PUBLISH_BEFORE_COMMIT_MS = 1000;
const PUBLISH_AT_END_MS = 1000;

/** A ledger whose partition has been given away, until what it has counted is published. */
interface Leaving {
  readonly stream: string;
  readonly partition: number;
  readonly minutes: readonly MinuteLedger[];
}

/**
 * The counts of one consumer group of a sink: libs/sink's SettlementLedger.
 *
 * They are exact, whatever crashes: what is counted is committed together with the offset that it runs to, as the offset's note, so whoever owns the partition
 * next counts on from there. A minute that is over is published before the commit that leaves it out of the note.
 */
export class GroupLedger implements AuditSource {
  readonly #app: string;
  readonly #groupId: string;
  readonly #publisher: Pick<AuditPublisher, 'add' | 'publish' | 'publishWithin'>;
  readonly #partitions = new Map<string, Map<number, PartitionLedger>>();
  readonly #leaving: Leaving[] = [];
  readonly #remove: () => void;

  constructor(app: string, groupId: string, publisher: Pick<AuditPublisher, 'add' | 'publish' | 'publishWithin'>) {
    this.#app = app;
    this.#groupId = groupId;
    this.#publisher = publisher;
    this.#remove = publisher.add(this);
  }

  /** Publishes what there is, and counts no more. */
  async close(): Promise<void> {
    await this.#publisher.publishWithin(PUBLISH_AT_END_MS);
    this.#remove();
  }

  assigned(positions: readonly AssignedOffset[]): void {
    for (const { topic, partition, committed, metadata } of positions)
      this.#put(topic, partition, new PartitionLedger(committed, metadata));
  }

  settled(block: RecordBlock, outcomes: Uint8Array): void {
    const { topic, partition } = block;
    let ledger = this.#partitions.get(topic)?.get(partition);
    if (ledger === undefined) this.#put(topic, partition, (ledger = new PartitionLedger()));
    ledger.settle(block, outcomes);
  }

  async beforeCommit(): Promise<void> {
    if (!this.#hasClosedMinutes()) return;
    await settledWithin(this.#publisher.publish(), PUBLISH_BEFORE_COMMIT_MS);
  }

  note(topic: string, partition: number): string {
    return this.#partitions.get(topic)?.get(partition)?.note() ?? '';
  }

  revoked(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const minutes = this.#partitions.get(topic)?.get(partition)?.unpublished() ?? [];
      if (minutes.length > 0) this.#leaving.push({ stream: topic, partition, minutes });
      this.#partitions.get(topic)?.delete(partition);
    }
    void this.#publisher.publish();
  }

  *changes(): Iterable<AuditChange> {
    // Tried once: the next owner has them in its note, and soon knows more.
    for (const { stream, partition, minutes } of this.#leaving.splice(0)) yield* this.#changesOf(stream, partition, minutes);
    for (const [stream, partitions] of this.#partitions)
      for (const [partition, ledger] of partitions) yield* this.#changesOf(stream, partition, ledger.unpublished());
  }

  *#changesOf(stream: string, partition: number, minutes: readonly MinuteLedger[]): Iterable<AuditChange> {
    for (const ledger of minutes) {
      const { version } = ledger;
      if (ledger.isKept) continue;
      yield {
        stream,
        key: encodeKey(['sink', stream, this.#groupId, partition, ledger.minute]),
        value: ledger.counts(this.#app),
        kept: () => (ledger.keptVersion = version),
      };
    }
  }

  #hasClosedMinutes(): boolean {
    for (const partitions of this.#partitions.values()) for (const ledger of partitions.values()) if (ledger.hasClosedMinutes) return true;
    return false;
  }

  #put(topic: string, partition: number, ledger: PartitionLedger): void {
    let partitions = this.#partitions.get(topic);
    if (partitions === undefined) this.#partitions.set(topic, (partitions = new Map()));
    partitions.set(partition, ledger);
  }
}
