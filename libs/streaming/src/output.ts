import { type BatchingProducer, Delivery } from '@hercules/kafka';

/** How much may be written before the input has to wait for Kafka, in bytes. */
const ROOM_BYTES = 1024 * 1024;
const ROOM_WAIT_MS = 60_000;

/**
 * Where processors write to. What is written between two commits is one delivery: offsets are committed only after Kafka has acknowledged everything that was made of
 * the records before them.
 */
export class Output {
  readonly #producer: BatchingProducer;
  #delivery = new Delivery();

  constructor(producer: BatchingProducer) {
    this.#producer = producer;
  }

  /** Partitions of a topic; 0 = unknown, ask {@link prepare} before. */
  partitionCount(topic: string): number {
    return this.#producer.partitionCount(topic);
  }

  /** Finds a topic. @throws HerculesError STREAM_NOT_FOUND, KAFKA_UNAVAILABLE */
  async prepare(topic: string): Promise<void> {
    await this.#producer.prepareTopic(topic);
  }

  /** Writes a record whose key is the range [keyStart, keyEnd) of `bytes`, and its value [start, end). The bytes are copied. */
  append(
    topic: string,
    partition: number,
    bytes: Buffer,
    keyStart: number,
    keyEnd: number,
    start: number,
    end: number,
    timestampMs: number,
  ): void {
    this.#producer.append(topic, partition, bytes, keyStart, keyEnd, bytes, start, end, timestampMs, this.#delivery);
  }

  get hasRoom(): boolean {
    return this.#producer.hasRoom(ROOM_BYTES);
  }

  /** Resolves when there is room again, or after a while without any. */
  async waitForRoom(): Promise<void> {
    await this.#producer.waitForRoom(ROOM_BYTES, ROOM_WAIT_MS);
  }

  /** Ends the present delivery and begins the next. @returns what resolves when all that was written so far is acknowledged, and rejects when it is not */
  cut(): Promise<void> {
    const delivery = this.#delivery;
    this.#delivery = new Delivery();
    const { promise } = delivery;
    delivery.seal();
    return promise;
  }
}
