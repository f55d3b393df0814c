import type { AuditCounts } from '@hercules/audit';
import { type BatchingProducer, Delivery } from '@hercules/kafka';
import { newNameSchema } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import type { StoredLetter } from '@hercules/sink';
import type { Claim, Resendings } from './resendings.ts';

export interface ResendRequest {
  /** The dead-letter stream. */
  readonly stream: string;
  readonly letters: readonly StoredLetter[];
  /** Who asks, never by a key. */
  readonly by: string;
  /** Throws HerculesError unless who asks may write to the stream. */
  requireWrite(stream: string): void;
}

export interface ResendReport {
  readonly sent: number;
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Sends the events of dead letters to the streams they came from: the same bytes under the same key to the same partition, so that the event has the
 * same id and a store that has it already stays as it is. Once a letter: what fails again becomes another letter.
 */
export class Resender {
  readonly #producer: BatchingProducer;
  readonly #resendings: Pick<Resendings, 'claim' | 'confirm' | 'release'>;

  readonly #audit: Pick<AuditCounts, 'begin'> | undefined;

  /** @param audit counts what is sent, because no gateway does */
  constructor(
    producer: BatchingProducer,
    resendings: Pick<Resendings, 'claim' | 'confirm' | 'release'>,
    audit: Pick<AuditCounts, 'begin'> | undefined,
  ) {
    this.#audit = audit;
    this.#producer = producer;
    this.#resendings = resendings;
  }

  /** Resolves when Kafka has acknowledged what is said to be sent. @throws HerculesError KAFKA_UNAVAILABLE when nothing can be claimed */
  async resend({ stream, letters, by, requireWrite }: ResendRequest): Promise<ResendReport> {
    const failed: { id: string; reason: string }[] = [];
    const whole: StoredLetter[] = [];
    for (const letter of letters) {
      const reason = await this.#obstacle(letter, requireWrite);
      if (reason === undefined) whole.push(letter);
      else failed.push({ id: letter.id, reason });
    }
    const claims = await this.#resendings.claim(
      stream,
      whole.map(({ id }) => id),
      by,
    );
    const sent: string[] = [];
    const unsent: string[] = [];
    await Promise.all(
      whole.map(async (letter, i) => {
        const claim = claims[i]!;
        if (!claim.isGranted) {
          failed.push({ id: letter.id, reason: earlierResending(claim) });
          return;
        }
        try {
          await this.#send(letter);
          sent.push(claim.key);
        } catch (error) {
          unsent.push(claim.key);
          failed.push({ id: letter.id, reason: (error as Error).message });
        }
      }),
    );
    await this.#resendings.confirm(sent, by);
    await this.#resendings.release(unsent);
    return { sent: sent.length, failed };
  }

  /** Why a letter cannot be sent; undefined when it can. */
  async #obstacle(
    { sourceTopic, original, originalSize }: StoredLetter,
    requireWrite: (stream: string) => void,
  ): Promise<string | undefined> {
    if (originalSize !== undefined) return `only ${original.length} of the event's ${originalSize} bytes were kept`;
    if (original.length === 0) return 'the record had no event';
    // Whoever may write to the dead-letter stream may write any name into a letter: our own topics are no streams.
    const name = newNameSchema.safeParse(sourceTopic);
    if (!name.success) return `the letter names a source that is no stream: ${name.error.issues[0]!.message}`;
    try {
      requireWrite(sourceTopic);
      await this.#producer.prepareTopic(sourceTopic);
      return undefined;
    } catch (error) {
      if (error instanceof HerculesError) return error.message;
      throw error;
    }
  }

  async #send({ sourceTopic, sourcePartition, key, original }: StoredLetter): Promise<void> {
    const partitions = this.#producer.partitionCount(sourceTopic);
    // A topic that was made anew may have fewer partitions.
    const partition = sourcePartition >= 0 && sourcePartition < partitions ? sourcePartition : 0;
    const delivery = new Delivery();
    const keyStart = key === null ? -1 : 0;
    const now = Date.now();
    const tally = this.#audit?.begin(sourceTopic, now);
    tally?.add(original, 0, original.length);
    delivery.onSettled((error) => tally?.settle(error === undefined));
    this.#producer.append(sourceTopic, partition, key, keyStart, key?.length ?? 0, original, 0, original.length, now, delivery);
    delivery.seal();
    await delivery.promise;
  }
}

function earlierResending({ earlier }: Extract<Claim, { isGranted: false }>): string {
  const at = new Date(earlier.atMs).toISOString();
  return earlier.state === 'sent'
    ? `it was sent again already, at ${at} by ${earlier.by}`
    : `${earlier.by} has begun to send it at ${at} and it is not known yet what became of it`;
}
