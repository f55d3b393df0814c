import { createHash } from 'node:crypto';
import { type BatchingProducer, Delivery, KafkaAdmin, type KafkaCluster, type RecordBlock } from '@hercules/kafka';
import { EventWriter, HerculesError, type Logger } from '@hercules/protocol';
import type { SinkConfig } from './config.ts';

export interface DeadLetter {
  readonly block: RecordBlock;
  readonly index: number;
  readonly reason: string;
  readonly error: string;
}

export interface DeadLetterOptions {
  readonly stream: string;
  /** Application id of the sink, kept in each dead letter. */
  readonly sink: string;
  readonly groupId: string;
  readonly replicationFactor: number;
}

/** What the dead letters of a sink are made of. */
export interface DeadLetterParts {
  readonly applicationId: string;
  readonly groupId: string;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly settings: Pick<SinkConfig, 'deadLetterStream' | 'deadLetterReplicationFactor'>;
  readonly logger: Logger;
}

/** Kafka's default limit of a record is 1 MiB; a dead letter with its envelope has to stay below. */
const MAX_KEY_AND_ORIGINAL_BYTES = 960 * 1024;
const MAX_ERROR_CHARS = 8 * 1024;

/**
 * Writes what can never be stored to the dead-letter stream, as Hercules events: reason, error, the original bytes, and where they came
 * from. The uuid is made of the source's place, so the same record written twice after a crash is the same dead letter.
 */
export class DeadLetters {
  readonly #producer: BatchingProducer;
  readonly #admin: KafkaAdmin;
  readonly #options: DeadLetterOptions;
  readonly #logger: Logger;
  readonly #writer = new EventWriter();
  #topicIsThere = false;

  constructor(producer: BatchingProducer, admin: KafkaAdmin, options: DeadLetterOptions, logger: Logger) {
    this.#producer = producer;
    this.#admin = admin;
    this.#options = options;
    this.#logger = logger;
  }

  /**
   * Resolves when Kafka has acknowledged every letter (acks=all).
   * @throws HerculesError when Kafka does not; nothing is lost, the caller repeats the call
   */
  async send(letters: readonly DeadLetter[]): Promise<void> {
    await this.#ensureTopic();
    for (const letter of letters) {
      const { block, index } = letter;
      this.#logger.warn(
        {
          topic: block.topic,
          partition: block.partition,
          offset: block.offsets[index],
          reason: letter.reason,
          error: letter.error.slice(0, 500),
        },
        'a record cannot be stored and goes to the dead-letter stream',
      );
    }
    try {
      // Several at a time bound the memory; each delivery is awaited so that the offsets are committed only afterwards.
      for (let from = 0; from < letters.length; from += 50) {
        const delivery = new Delivery();
        for (const letter of letters.slice(from, from + 50)) this.#append(letter, delivery);
        delivery.seal();
        await delivery.promise;
      }
    } catch (error) {
      // Somebody may have deleted the topic.
      this.#topicIsThere = false;
      throw error;
    }
  }

  async #ensureTopic(): Promise<void> {
    if (this.#topicIsThere) return;
    const { stream, replicationFactor } = this.#options;
    if (await this.#admin.createTopic({ topic: stream, partitions: 1, replicationFactor, configs: { 'retention.ms': '1209600000' } })) {
      this.#logger.info({ topic: stream }, 'created the dead-letter topic with a retention of 14 days');
    }
    await this.#producer.prepareTopic(stream);
    this.#topicIsThere = true;
  }

  #append(letter: DeadLetter, delivery: Delivery): void {
    const { block, index } = letter;
    const value = this.#encode(letter);
    const uuidStart = 9;
    const partitions = this.#producer.partitionCount(this.#options.stream);
    const partition = partitions > 1 ? value.readUInt32BE(uuidStart) % partitions : 0;
    try {
      this.#producer.append(
        this.#options.stream,
        partition,
        value,
        uuidStart,
        uuidStart + 16,
        value,
        0,
        value.length,
        Date.now(),
        delivery,
      );
    } catch (error) {
      throw error instanceof HerculesError
        ? error
        : new HerculesError('INTERNAL', `dead letter of ${block.topic}/${block.partition}@${block.offsets[index]} could not be encoded`, {
            cause: error,
          });
    }
  }

  #encode(letter: DeadLetter): Buffer {
    const { block, index, reason, error } = letter;
    const { sink, groupId } = this.#options;
    const offset = block.offsets[index]!;
    const valueStart = block.valueStarts[index]!;
    const value = valueStart < 0 ? Buffer.alloc(0) : block.buffer.subarray(valueStart, block.valueEnds[index]!);
    const keyStart = block.keyStarts[index]!;
    const keyBytes = keyStart < 0 ? 0 : block.keyEnds[index]! - keyStart;
    const hasRoomForKey = keyBytes <= MAX_KEY_AND_ORIGINAL_BYTES;
    const kept = value.subarray(0, MAX_KEY_AND_ORIGINAL_BYTES - (hasRoomForKey ? keyBytes : 0));
    const uuid = createHash('sha256').update(`${groupId}\n${block.topic}\n${block.partition}\n${offset}`).digest().subarray(0, 16);
    uuid[6] = (uuid[6]! & 0x0f) | 0x80; // RFC 9562 version 8: made by a rule of our own
    uuid[8] = (uuid[8]! & 0x3f) | 0x80;

    const writer = this.#writer;
    writer.reset();
    writer.beginEvent(BigInt(Date.now()) * 10_000n, uuid);
    writer.string('reason', reason);
    writer.string('error', error.length > MAX_ERROR_CHARS ? `${error.slice(0, MAX_ERROR_CHARS)}…` : error);
    writer.string('sink', sink);
    writer.string('group', groupId);
    writer.string('sourceTopic', block.topic);
    writer.integer('sourcePartition', block.partition);
    writer.long('sourceOffset', BigInt(offset));
    writer.long('sourceTimestampMs', BigInt(block.timestamps[index]!));
    if (keyStart >= 0 && hasRoomForKey) writer.bytes('key', block.buffer.subarray(keyStart, block.keyEnds[index]!));
    if (kept.length < value.length || !hasRoomForKey) writer.integer('originalSize', value.length);
    writer.bytes('original', kept);
    writer.endEvent();
    return Buffer.from(writer.events());
  }
}

/** The dead letters that a sink's settings describe. */
export function createDeadLetters({ applicationId, groupId, cluster, producer, settings, logger }: DeadLetterParts): DeadLetters {
  const { deadLetterStream: stream, deadLetterReplicationFactor: replicationFactor } = settings;
  return new DeadLetters(producer, new KafkaAdmin(cluster), { stream, sink: applicationId, groupId, replicationFactor }, logger);
}
