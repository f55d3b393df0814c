import { EventWriter, HPath, msToTicks, TagSelector } from '@hercules/protocol';
import type { AggregateCodec } from './aggregate-codec.ts';
import type { EventAssigner } from './event-assigner.ts';
import { resultUuid } from './partial-record.ts';
import { windowStart } from './window-set.ts';

/** For unit tests: events with a series and a number, and their count and sum by series and window. */
export interface CountAndSum {
  count: number;
  sum: number;
}

export const countAndSum: AggregateCodec<CountAndSum> = {
  create: () => ({ count: 0, sum: 0 }),
  encode({ count, sum }) {
    const bytes = Buffer.alloc(16);
    bytes.writeDoubleBE(count, 0);
    bytes.writeDoubleBE(sum, 8);
    return bytes;
  },
  decode: (bytes, start) => ({ count: bytes.readDoubleBE(start), sum: bytes.readDoubleBE(start + 8) }),
  merge(into, part) {
    into.count += part.count;
    into.sum += part.sum;
  },
};

export interface Sample {
  readonly id: number;
  readonly timeMs: number;
  readonly series: string;
  readonly value: number;
}

export function sampleEvent({ id, timeMs, series, value }: Sample): Buffer {
  const writer = new EventWriter();
  writer.beginEvent(msToTicks(timeMs), resultUuid(`sample ${id}`));
  writer.string('series', series);
  writer.long('value', BigInt(value));
  writer.endEvent();
  return Buffer.from(writer.events());
}

/** Counts each sample in windows of these lengths, which stay open as long as those of `longestMs`. */
export class SampleAssigner implements EventAssigner<CountAndSum> {
  eventMs = 0;
  readonly targets: number;
  readonly periodsMs: readonly number[];
  readonly latenessesMs: number[];
  readonly keys: string[];
  readonly #selector = new TagSelector(['series', 'value'].map((path) => HPath.parse(path)));
  #value = 0;

  readonly #latenessMs: number;
  readonly #longestMs: number | undefined;

  constructor(periodsMs: readonly number[], latenessMs: number, longestMs?: number) {
    this.#latenessMs = latenessMs;
    this.#longestMs = longestMs;
    this.targets = periodsMs.length;
    this.periodsMs = periodsMs;
    this.latenessesMs = periodsMs.map(() => latenessMs);
    this.keys = periodsMs.map(() => '');
  }

  read(buffer: Buffer, start: number, end: number): boolean {
    this.#selector.select(buffer, start, end);
    const { types, starts, ends } = this.#selector;
    if (types[0] === 0) return false;
    this.eventMs = Number(buffer.readBigInt64BE(start + 1) / 10_000n);
    for (const [i, periodMs] of this.periodsMs.entries()) {
      const longMs = this.#longestMs ?? periodMs;
      this.latenessesMs[i] = this.#latenessMs + windowStart(this.eventMs, longMs) + longMs - windowStart(this.eventMs, periodMs) - periodMs;
    }
    this.keys.fill(buffer.toString('latin1', starts[0], ends[0]));
    this.#value = Number(buffer.readBigInt64BE(starts[1]!));
    return true;
  }

  add(aggregate: CountAndSum): void {
    aggregate.count++;
    aggregate.sum += this.#value;
  }
}
