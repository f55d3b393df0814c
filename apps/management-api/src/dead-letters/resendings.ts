import { randomUUID } from 'node:crypto';
import { type BatchingProducer, CompactedTable, type KafkaCluster } from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import { z } from 'zod';

const resendingSchema = z.object({
  /** `claimed`: somebody is about to send the letter; `sent`: Kafka has acknowledged its event. */
  state: z.enum(['claimed', 'sent']),
  /** Who asked for it, never by a key. */
  by: z.string(),
  /** ms since 1970 */
  atMs: z.number(),
});

export type Resending = z.infer<typeof resendingSchema>;

/** The right to send one letter again, or why there is none. */
export type Claim = { readonly isGranted: true; readonly key: string } | { readonly isGranted: false; readonly earlier: Resending };

/** A claim whose holder has neither sent the letter nor given it back is void after this: it must have crashed. */
const CLAIM_MS = 60_000;
const SEEN_TIMEOUT_MS = 10_000;
const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

export interface ResendingsOptions {
  readonly topic: string;
  readonly replicationFactor: number;
}

/**
 * Which dead letters have been sent again, on a compacted topic that every management API follows. Two of them may be asked at once, so each writes a
 * claim under a key of its own first and waits until it sees it: the topic has one order for all, and the first claim of a letter is the one that counts.
 */
export class Resendings {
  readonly #producer: BatchingProducer;
  readonly #topic: string;
  readonly #table: CompactedTable;
  /** By letter, then by the key of the record, in the order of the topic. */
  readonly #letters = new Map<string, Map<string, Resending>>();

  constructor(cluster: KafkaCluster, producer: BatchingProducer, { topic, replicationFactor }: ResendingsOptions, logger: Logger) {
    this.#producer = producer;
    this.#topic = topic;
    const configs = { 'cleanup.policy': 'compact,delete', 'retention.ms': String(RETENTION_MS) };
    this.#table = new CompactedTable(cluster, { topic, create: { replicationFactor, configs } }, logger);
    this.#table.onChange((key, value) => this.#apply(key, value));
  }

  start(): Promise<void> {
    return this.#table.start();
  }

  stop(): Promise<void> {
    return this.#table.stop();
  }

  /** What is known of a letter being sent again; undefined when it never was. */
  of(stream: string, id: string): Resending | undefined {
    return this.#ruling(letterKey(stream, id))?.resending;
  }

  /**
   * Asks for the right to send letters again, one answer a letter.
   * @throws HerculesError KAFKA_UNAVAILABLE, TIMEOUT
   */
  async claim(stream: string, ids: readonly string[], by: string): Promise<Claim[]> {
    const wanted = ids.map((id) => ({ letter: letterKey(stream, id), key: `${letterKey(stream, id)}/${randomUUID()}` }));
    const open = wanted.filter(({ letter }) => this.#ruling(letter) === undefined);
    await this.#write(open.map(({ key }) => ({ key, resending: { state: 'claimed', by, atMs: Date.now() } })));
    const claims = wanted.map(({ letter, key }): Claim => {
      const ruling = this.#ruling(letter);
      if (ruling === undefined) throw new HerculesError('CONFLICT', `the claim on ${letter} was void before it was seen`);
      return ruling.key === key ? { isGranted: true, key } : { isGranted: false, earlier: ruling.resending };
    });
    // What came second is taken out of the way, so that it does not count when the first one is given back.
    const lost = open.filter(({ key }) => !claims.some((claim) => claim.isGranted && claim.key === key));
    await this.release(lost.map(({ key }) => key));
    return claims;
  }

  /** The letters of these claims are sent. */
  confirm(keys: readonly string[], by: string): Promise<void> {
    return this.#write(keys.map((key) => ({ key, resending: { state: 'sent', by, atMs: Date.now() } })));
  }

  /** The letters of these claims are not sent: somebody else may. */
  release(keys: readonly string[]): Promise<void> {
    return this.#write(keys.map((key) => ({ key, resending: undefined })));
  }

  async #write(entries: readonly { key: string; resending: Resending | undefined }[]): Promise<void> {
    if (entries.length === 0) return;
    const places = await Promise.all(
      entries.map(({ key, resending }) =>
        this.#producer.sendOne(this.#topic, Buffer.from(key), resending === undefined ? null : Buffer.from(JSON.stringify(resending))),
      ),
    );
    await this.#table.waitForOffset(Math.max(...places.map(({ offset }) => offset)), SEEN_TIMEOUT_MS);
  }

  /** The claim that counts. */
  #ruling(letter: string): { key: string; resending: Resending } | undefined {
    let first: { key: string; resending: Resending } | undefined;
    for (const [key, resending] of this.#letters.get(letter) ?? []) {
      if (resending.state === 'sent') return { key, resending };
      if (first === undefined && resending.atMs > Date.now() - CLAIM_MS) first = { key, resending };
    }
    return first;
  }

  #apply(key: string, value: Buffer | undefined): void {
    const letter = key.slice(0, key.lastIndexOf('/'));
    const claims = this.#letters.get(letter) ?? new Map<string, Resending>();
    if (value === undefined) claims.delete(key);
    else claims.set(key, resendingSchema.parse(JSON.parse(value.toString())));
    if (claims.size === 0) this.#letters.delete(letter);
    else this.#letters.set(letter, claims);
  }
}

function letterKey(stream: string, id: string): string {
  return `${stream}/${id}`;
}
