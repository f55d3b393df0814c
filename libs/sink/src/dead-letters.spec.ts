import type { BatchingProducer, KafkaAdmin, RecordBlock } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { DeadLetters } from './dead-letters.ts';
import { readStoredLetter, type StoredLetter } from './stored-letter.ts';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** What Kafka takes as one record unless its topic is set up otherwise. */
const MEBIBYTE = 1024 * 1024;

/** The letter of a record with such a key and value, and its size. */
async function bury(key: Buffer, value: Buffer): Promise<{ letter: StoredLetter; size: number }> {
  const written: Buffer[] = [];
  const producer = {
    prepareTopic: () => Promise.resolve(1),
    partitionCount: () => 1,
    append: (_topic: string, _partition: number, _key: Buffer, _start: number, _end: number, bytes: Buffer) => void written.push(bytes),
  };
  const admin = { createTopic: () => Promise.resolve(false) };
  const options = { stream: 'dead', sink: 's', groupId: 'g', replicationFactor: 1 };
  const letters = new DeadLetters(producer as unknown as BatchingProducer, admin as unknown as KafkaAdmin, options, SILENT);
  const block: RecordBlock = {
    ...{
      topic: 'logs',
      partition: 0,
      buffer: Buffer.concat([key, value]),
      count: 1,
      firstOffset: 0,
      lastOffset: 0,
      highWatermark: 1,
      bytes: 0,
    },
    ...{ offsets: Float64Array.of(0), timestamps: Float64Array.of(0), keyStarts: Int32Array.of(0), keyEnds: Int32Array.of(key.length) },
    ...{ valueStarts: Int32Array.of(key.length), valueEnds: Int32Array.of(key.length + value.length) },
  };
  await letters.send([{ block, index: 0, reason: 'r', error: '☠'.repeat(10_000) }]);
  return { letter: readStoredLetter(written[0]!), size: written[0]!.length };
}

describe('DeadLetters', () => {
  it.each([
    [16, 2 * MEBIBYTE],
    [100_000, 900_000],
    [2 * MEBIBYTE, 100],
  ])('makes letters that Kafka takes, of a key of %i and a value of %i bytes', async (keyBytes, valueBytes) => {
    const { letter, size } = await bury(Buffer.alloc(keyBytes), Buffer.alloc(valueBytes));
    expect(size).toBeLessThan(MEBIBYTE - 8192);
    expect(letter.originalSize).toBe(valueBytes);
  });

  it('keeps what fits as it is', async () => {
    const { letter } = await bury(Buffer.from('key'), Buffer.from('value'));
    expect(letter).toMatchObject({ key: Buffer.from('key'), original: Buffer.from('value'), originalSize: undefined });
  });
});
