import type { RecordBlock } from '@hercules/kafka';
import { HerculesError } from '@hercules/protocol';
import type { AggregateCodec } from './aggregate-codec.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { WindowConfig } from './config.ts';
import { type Group, type OpenWindow } from './open-window.ts';
import { type Announcement, type Partial, PartialReader } from './partial-record.ts';
import type { PartitionProcessor } from './processor.ts';
import { WindowSet, windowStart } from './window-set.ts';

/** The parts of one series in one window, by the input partition they come from; of a window that is made of shorter ones, theirs. */
interface Parts<A> {
  readonly bySource: Map<string, { position: number; part: A }>;
  readonly shorter: { startMs: number; parts: Parts<A> }[];
}

/** Longer windows that are not counted but made of shorter ones. */
export interface RollUps {
  /** Length of the windows that they are made of, in ms. These have to stay open as long as the longest window that they lie in. */
  readonly ofPeriodMs: number;
  /** Lengths, in ms, ascending: each a multiple of the one before, the first of `ofPeriodMs`, so that all that a window is made of closes together. */
  readonly periodsMs: readonly number[];
  /** Whether there are longer windows of this series. */
  readonly includes: (key: string) => boolean;
}

/** What is known of a window when its results leave. */
export interface WindowResult {
  readonly periodMs: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Every input partition has passed the window's end. */
  readonly isComplete: boolean;
  /** It has left before, and this amends it. */
  readonly isAmended: boolean;
}

export interface MergeCounters {
  /** Parts taken in. */
  partials: number;
  /** Parts that were older than what had come of their source. */
  outdatedPartials: number;
  /** Parts for windows that were closed: what they would add is not in the results. */
  latePartials: number;
  /** Records that are no partial results. */
  undecodable: number;
  /** Results of series written, the first time and as amendments. */
  results: number;
  amendments: number;
  /** Results that left at their deadline, before every input partition had passed the end. */
  incompleteResults: number;
}

export function newMergeCounters(): MergeCounters {
  return { partials: 0, outdatedPartials: 0, latePartials: 0, undecodable: 0, results: 0, amendments: 0, incompleteResults: 0 };
}

export interface MergeOptions<A> {
  readonly restored: Checkpoint | undefined;
  readonly settings: Pick<WindowConfig, 'deadlineMs' | 'amendIntervalMs'>;
  readonly codec: AggregateCodec<A>;
  readonly rollUps?: RollUps;
  readonly counters: MergeCounters;
  readonly writer: ResultWriter<A>;
}

/** An app's part of the second stage, one for each partition of the partial results. */
export interface ResultWriter<A> {
  /** Writes the results of a window: all series of it that have changed. Called again, with the same series, when they change. */
  write(window: WindowResult, results: readonly SeriesResult<A>[], nowMs: number): void;
  /** Called every tick, once the state is what it was before a restart. */
  tick?(nowMs: number): void;
}

export interface SeriesResult<A> {
  /** The series (latin1). */
  readonly key: string;
  readonly aggregate: A;
}

interface Source {
  watermarkMs: number;
  heardAtMs: number;
}

/** An input partition of which nothing has been heard for so long is not waited for any more: its topic is gone. */
const SOURCE_EXPIRY_MS = 600_000;

/**
 * The second stage of an aggregation: merges the partial results of all input partitions by series, in one partition of their topic. A window's result leaves when every input
 * partition has passed its end, or at the deadline without those that have not; it is amended when more comes, for as long as any input partition still takes events for it.
 */
export class MergeProcessor<A> implements PartitionProcessor {
  readonly #options: MergeOptions<A>;
  readonly #windows = new WindowSet<Parts<A>>(() => ({ bySource: new Map(), shorter: [] }));
  readonly #written = new WeakMap<OpenWindow<Parts<A>>, { isComplete: boolean; keys: Set<string> }>();
  readonly #sources = new Map<string, Source>();
  readonly #reader = new PartialReader();
  #expectedSources = Infinity;
  /** All windows that close at or before this time are closed, in ms. */
  #closedMs: number;
  #position = -1;
  #countedBefore: number;

  constructor(options: MergeOptions<A>) {
    this.#options = options;
    this.#closedMs = options.restored?.watermarkMs ?? -Infinity;
    this.#countedBefore = options.restored?.position ?? 0;
  }

  get rereadFrom(): number {
    return Math.min(this.#position, this.#windows.firstOffset);
  }

  get checkpoint(): Checkpoint {
    return {
      position: Math.max(this.#position, this.#countedBefore),
      watermarkMs: this.#closedMs,
      forgottenMs: -Infinity,
    };
  }

  /** Series in open windows. */
  get groupCount(): number {
    return this.#windows.groupCount;
  }

  /** Event time that all input partitions have passed, in ms; −Infinity while not all have been heard of. */
  get watermarkMs(): number {
    if (this.#sources.size < this.#expectedSources) return -Infinity;
    let least = Infinity;
    for (const { watermarkMs } of this.#sources.values()) if (watermarkMs < least) least = watermarkMs;
    return least === Infinity ? -Infinity : least;
  }

  process(block: RecordBlock, nowMs: number): void {
    const { count, offsets, buffer, valueStarts, valueEnds } = block;
    for (let i = 0; i < count; i++) {
      try {
        const record = this.#reader.read(buffer, valueStarts[i]!, valueEnds[i]!);
        if ('sources' in record) this.#hear(record, nowMs);
        else this.#take(record, offsets[i]!);
      } catch (error) {
        if (!(error instanceof HerculesError)) throw error;
        this.#options.counters.undecodable++;
      }
    }
    this.#position = block.lastOffset + 1;
  }

  tick(nowMs: number, isAtEnd: boolean): void {
    if (this.#position < this.#countedBefore && !isAtEnd) return;
    for (const [name, { heardAtMs }] of this.#sources) if (nowMs - heardAtMs > SOURCE_EXPIRY_MS) this.#sources.delete(name);
    const { deadlineMs, amendIntervalMs } = this.#options.settings;
    const { watermarkMs } = this;
    for (const window of this.#windows.all()) {
      const isComplete = watermarkMs >= window.endMs;
      const written = this.#written.get(window);
      // What has left incomplete is said once more when it turns out to be complete.
      const isCompleted = isComplete && written?.isComplete === false;
      if (isCompleted) for (const group of window.groups.values()) window.markDirty(group);
      if (window.dirty.length === 0) continue;
      const isDue = isComplete || nowMs >= window.endMs + deadlineMs;
      if (isDue && (isCompleted || nowMs - window.writtenAtMs >= amendIntervalMs)) this.#write(window, isComplete, nowMs);
    }
    if (watermarkMs > this.#closedMs) {
      this.#closedMs = watermarkMs;
      this.#windows.close(watermarkMs, (window) => this.#write(window, true, nowMs));
    }
    this.#options.writer.tick?.(nowMs);
  }

  /** Time goes on by announcements alone: a part tells the watermark too, but others of the same moment, for windows that this closes, may come after it. */
  #hear({ source, watermarkMs, sources }: Announcement, nowMs: number): void {
    this.#expectedSources = sources;
    const known = this.#sources.get(source);
    if (known === undefined) this.#sources.set(source, { watermarkMs, heardAtMs: nowMs });
    else {
      known.heardAtMs = nowMs;
      if (watermarkMs > known.watermarkMs) known.watermarkMs = watermarkMs;
    }
  }

  #take({ source, position, periodMs, startMs, closeMs, key, data }: Partial, offset: number): void {
    const { codec, counters } = this.#options;
    const isNew = offset >= this.#countedBefore;
    if (isNew) counters.partials++;
    if (closeMs <= this.#closedMs) {
      if (isNew) counters.latePartials++;
      return;
    }
    const window = this.#windows.at(periodMs, startMs, closeMs, offset);
    const group: Group<Parts<A>> = this.#windows.group(window, key, Infinity)!;
    const { bySource } = group.aggregate;
    const known = bySource.get(source);
    // A member that did not know yet that its partition belongs to another may come after the other.
    if (known !== undefined && known.position > position) {
      if (isNew) counters.outdatedPartials++;
      return;
    }
    const isFirst = bySource.size === 0;
    bySource.set(source, { position, part: codec.decode(data, 0, data.length) });
    window.markDirty(group);
    const { rollUps } = this.#options;
    if (rollUps?.ofPeriodMs !== periodMs || !rollUps.includes(key)) return;
    for (const longMs of rollUps.periodsMs) {
      const long = this.#windows.at(longMs, windowStart(startMs, longMs), closeMs, offset);
      const whole = this.#windows.group(long, key, Infinity)!;
      if (isFirst) whole.aggregate.shorter.push({ startMs, parts: group.aggregate });
      long.markDirty(whole);
    }
  }

  #write(window: OpenWindow<Parts<A>>, isComplete: boolean, nowMs: number): void {
    if (window.dirty.length === 0) return;
    const { codec, counters, writer } = this.#options;
    const { periodMs, startMs, endMs } = window;
    const before = this.#written.get(window);
    const keys = before?.keys ?? new Set<string>();
    const results: SeriesResult<A>[] = [];
    window.takeDirty(({ key, aggregate }) => {
      const merged = codec.create();
      mergeInto(merged, aggregate, codec);
      results.push({ key, aggregate: merged });
      counters.results++;
      if (keys.has(key)) counters.amendments++;
      keys.add(key);
    });
    if (!isComplete) counters.incompleteResults += results.length;
    writer.write({ periodMs, startMs, endMs, isComplete, isAmended: before !== undefined }, results, nowMs);
    window.writtenAtMs = nowMs;
    this.#written.set(window, { isComplete, keys });
  }
}

/** Always in the same order: sums of floating-point numbers depend on it. */
function mergeInto<A>(merged: A, { bySource, shorter }: Parts<A>, codec: AggregateCodec<A>): void {
  const sources = [...bySource.keys()];
  if (sources.length > 1) sources.sort();
  for (const source of sources) codec.merge(merged, bySource.get(source)!.part);
  shorter.sort((a, b) => a.startMs - b.startMs);
  for (const { parts } of shorter) mergeInto(merged, parts, codec);
}
