import { type BatchingProducer, findOffsetRanges, type PartitionReader, RecordRange } from '@hercules/kafka';
import { HerculesError } from '@hercules/protocol';
import { readStoredLetter, type StoredLetter } from '@hercules/sink';
import { isSelected, type LetterSelection } from './letter-selection.ts';

/** Letters of one reading, in the order of their partitions' offsets. */
export interface LetterPage {
  readonly letters: readonly StoredLetter[];
  /** Records in between that are no dead letters. */
  readonly unreadable: number;
}

/** A page is closed once it holds so many bytes of events. */
const PAGE_BYTES = 8 * 1024 * 1024;

/** Reads dead-letter streams. They need not be streams of the metadata: what counts is the topic, which the sinks make. */
export class LetterBox {
  readonly #partitions: PartitionReader;
  readonly #producer: Pick<BatchingProducer, 'prepareTopic'>;

  constructor(partitions: PartitionReader, producer: Pick<BatchingProducer, 'prepareTopic'>) {
    this.#partitions = partitions;
    this.#producer = producer;
  }

  /**
   * The records of the time that is selected; undefined when there is no such topic: nothing has ever been written to it.
   * @throws HerculesError KAFKA_UNAVAILABLE
   */
  async open(stream: string, { fromMs, toMs }: LetterSelection, cursor?: string): Promise<RecordRange | undefined> {
    try {
      return await RecordRange.between(this.#partitions, stream, await this.#producer.prepareTopic(stream), { fromMs, toMs, cursor });
    } catch (error) {
      if (error instanceof HerculesError && error.code === 'STREAM_NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Reads on: up to `limit` letters that are meant, fewer when they are large or the range ends. A letter written twice comes once a page. */
  async page(range: RecordRange, selection: LetterSelection, limit: number, signal: AbortSignal): Promise<LetterPage> {
    const letters = new Map<string, StoredLetter>();
    let bytes = 0;
    let unreadable = 0;
    await range.read(
      ({ buffer, valueStarts, valueEnds }, index) => {
        if (letters.size >= limit || bytes >= PAGE_BYTES) return false;
        const start = valueStarts[index]!;
        if (start < 0) return true;
        try {
          // Copied, because a view would keep the whole fetch in memory.
          const letter = readStoredLetter(Buffer.from(buffer.subarray(start, valueEnds[index])));
          if (!isSelected(selection, letter)) return true;
          letters.set(letter.id, letter);
          bytes += valueEnds[index]! - start;
        } catch (error) {
          if (!(error instanceof HerculesError)) throw error;
          unreadable++;
        }
        return true;
      },
      () => Promise.resolve(),
      signal,
    );
    return { letters: [...letters.values()], unreadable };
  }

  /** Letters by their ids, or the beginnings of them. */
  async find(stream: string, ids: readonly string[], selection: LetterSelection, signal: AbortSignal): Promise<StoredLetter[]> {
    const found = new Map<string, StoredLetter>();
    const range = await this.open(stream, selection);
    while (range !== undefined && !range.isComplete) {
      const { letters } = await this.page(range, selection, Infinity, signal);
      for (const letter of letters) if (ids.some((id) => letter.id.startsWith(id))) found.set(letter.id, letter);
    }
    return [...found.values()];
  }

  /** Records of a dead-letter stream that are kept now. */
  async size(stream: string): Promise<number> {
    try {
      const partitionCount = await this.#producer.prepareTopic(stream);
      const ranges = await findOffsetRanges(this.#partitions, stream, partitionCount, 'earliest', 'latest');
      return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    } catch (error) {
      if (error instanceof HerculesError && error.code === 'STREAM_NOT_FOUND') return 0;
      throw error;
    }
  }
}
