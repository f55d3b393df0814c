import type { RecordBlock, TopicPartition } from '@hercules/kafka';
import { HerculesError, kafkaPartition } from '@hercules/protocol';
import type { AggregateCodec } from './aggregate-codec.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { WindowConfig } from './config.ts';
import type { Contributions, EventAssigner } from './event-assigner.ts';
import type { GroupMemo, OpenWindow } from './open-window.ts';
import type { Output } from './output.ts';
import { PartialWriter } from './partial-record.ts';
import type { PartitionProcessor } from './processor.ts';
import { SeenEvents } from './seen-events.ts';
import { Watermark } from './watermark.ts';
import type { WindowCounters } from './window-counters.ts';
import { WindowSet, windowStart } from './window-set.ts';

/** Version, then timestamp and uuid, which together are the event's id (protocol §3). */
const ID_AT = 1;
const MIN_EVENT_BYTES = 27;
/** Ids of events are kept and forgotten by slices of this length, in ms. */
const SLICE_MS = 1000;
/** An unchanged watermark is announced again after so long, in ms, for mergers that have just begun. */
const ANNOUNCE_ANEW_MS = 5000;

export interface PartialsOptions<A> {
  readonly source: TopicPartition;
  readonly restored: Checkpoint | undefined;
  readonly output: Output;
  /** Topic of the partial results. */
  readonly topic: string;
  readonly settings: WindowConfig;
  readonly codec: AggregateCodec<A>;
  readonly assigner: EventAssigner<A>;
  readonly counters: WindowCounters;
  /** How many input partitions there are. */
  readonly countSources: () => number;
  readonly nowMs: number;
}

/**
 * The first stage of an aggregation: counts the events of one input partition by window and series, each event once, and writes what it has of them as partial results,
 * which a second stage merges by series (merge-processor.ts).
 */
export class PartialsProcessor<A> implements PartitionProcessor, Contributions<A> {
  readonly #options: PartialsOptions<A>;
  readonly #source: string;
  readonly #windows: WindowSet<A>;
  readonly #watermark: Watermark;
  /** While the state is made anew: the watermark as it was when the records came for the first time, but for the first few. */
  #reread: Watermark | undefined;
  /** Holds once the state is made anew: what was counted before its id was forgotten still counts. */
  readonly #restoredForgottenMs: number;
  readonly #seen: SeenEvents;
  readonly #writer = new PartialWriter();
  /** Records before this offset were counted by an earlier life of the state. */
  #countedBefore: number;
  #position = -1;
  /** Windows that close at or before this time, in ms, take no contributions. */
  #closedToContributionsMs = -Infinity;
  #announcedMs = NaN;
  #announcedAtMs = 0;

  constructor(options: PartialsOptions<A>) {
    const { source, restored, settings, codec, nowMs } = options;
    this.#options = options;
    this.#source = `${source.topic}/${source.partition}`;
    this.#windows = new WindowSet(() => codec.create());
    this.#watermark = new Watermark(settings, nowMs, restored?.watermarkMs);
    if (restored !== undefined) this.#reread = new Watermark(settings, nowMs);
    this.#seen = new SeenEvents({ sliceMs: SLICE_MS, maxIds: settings.maxEventIds });
    this.#restoredForgottenMs = restored?.forgottenMs ?? -Infinity;
    this.#countedBefore = restored?.position ?? 0;
  }

  get rereadFrom(): number {
    return Math.min(this.#position, this.#windows.firstOffset, this.#options.assigner.firstOffset ?? Infinity);
  }

  get checkpoint(): Checkpoint {
    // While the state is being made anew, what was counted before is still what counts.
    const position = Math.max(this.#position, this.#countedBefore);
    return { position, watermarkMs: this.#watermark.valueMs, forgottenMs: Math.max(this.#seen.forgottenMs, this.#restoredForgottenMs) };
  }

  /** Ids that are remembered, and series in open windows. */
  get size(): { readonly ids: number; readonly groups: number } {
    return { ids: this.#seen.size, groups: this.#windows.groupCount };
  }

  process(block: RecordBlock, nowMs: number): void {
    const { count, offsets, timestamps, buffer, valueStarts, valueEnds } = block;
    for (let i = 0; i < count; i++) this.#take(buffer, valueStarts[i]!, valueEnds[i]!, offsets[i]!, timestamps[i]!, nowMs);
    this.#position = block.lastOffset + 1;
  }

  /** For contributions of several events together. */
  aggregate(timeMs: number, periodMs: number, latenessMs: number, key: string, offset: number, memo?: GroupMemo<A>): A | undefined {
    const startMs = windowStart(timeMs, periodMs);
    const closeMs = startMs + periodMs + latenessMs;
    if (closeMs <= this.#closedToContributionsMs) return undefined;
    const window = this.#windows.at(periodMs, startMs, closeMs, offset);
    const group = this.#windows.group(window, key, this.#options.settings.maxGroups, memo);
    if (group === undefined) return undefined;
    window.markDirty(group);
    return group.aggregate;
  }

  tick(nowMs: number, isAtEnd: boolean): void {
    // Until the state is what it was, its parts are smaller than those that were written already.
    if (this.#position < this.#countedBefore && !isAtEnd) return;
    if (isAtEnd) {
      this.#countedBefore = Math.min(this.#countedBefore, Math.max(0, this.#position));
      this.#endReread();
      const beforeMs = this.#asOfMs;
      this.#watermark.passIdle(nowMs);
      this.#contribute(beforeMs);
    }
    const { valueMs } = this.#watermark;
    const { deadlineMs, amendIntervalMs } = this.#options.settings;
    for (const window of this.#windows.all()) {
      if (window.dirty.length === 0) continue;
      const isDue = valueMs >= window.endMs || nowMs >= window.endMs + deadlineMs / 2;
      if (isDue && nowMs - window.writtenAtMs >= amendIntervalMs) this.#write(window, nowMs);
    }
    this.#windows.close(valueMs, (window) => this.#write(window, nowMs));
    this.#seen.passTo(valueMs);
    this.#announce(nowMs);
  }

  #take(buffer: Buffer, start: number, end: number, offset: number, arrivalMs: number, nowMs: number): void {
    const { assigner, counters, settings } = this.#options;
    const isNew = offset >= this.#countedBefore;
    let isCounted: boolean;
    try {
      if (start < 0 || end - start < MIN_EVENT_BYTES || buffer[start] !== 1) {
        if (isNew) counters.undecodable++;
        return;
      }
      isCounted = assigner.read(buffer, start, end);
    } catch (error) {
      if (!(error instanceof HerculesError)) throw error;
      if (isNew) counters.undecodable++;
      return;
    }
    if (!isCounted) {
      if (isNew) counters.skipped++;
      return;
    }
    const { eventMs, targets, periodsMs, latenessesMs, keys, memos } = assigner;
    if (isNew) this.#endReread();
    const beforeMs = this.#asOfMs;
    if (!this.#watermark.observe(eventMs, arrivalMs, nowMs)) {
      if (isNew) counters.ahead++;
      return;
    }
    this.#reread?.observe(eventMs, arrivalMs, nowMs);
    const asOfMs = this.#asOfMs;
    this.#contribute(beforeMs);
    const watermarkMs = this.#watermark.valueMs;
    let keepUntilMs = -Infinity;
    // Mostly all targets of an event have windows of one length.
    let [periodMs, startMs] = [0, 0];
    for (let i = 0; i < targets; i++) {
      if (periodsMs[i] !== periodMs) startMs = windowStart(eventMs, (periodMs = periodsMs[i]!));
      const closeMs = startMs + periodMs + latenessesMs[i]!;
      if (closeMs > asOfMs && closeMs > keepUntilMs) keepUntilMs = closeMs;
    }
    if (keepUntilMs === -Infinity) {
      if (isNew) counters.late++;
      return;
    }
    const seen = this.#seen.add(buffer, start + ID_AT, eventMs, keepUntilMs);
    if (seen !== 'new') {
      if (isNew) counters[seen]++;
      return;
    }
    this.#closedToContributionsMs = watermarkMs;
    assigner.accepted?.(buffer, start, offset, this);
    let added = 0;
    for (let i = 0; i < targets; i++) {
      if (periodsMs[i] !== periodMs) startMs = windowStart(eventMs, (periodMs = periodsMs[i]!));
      const closeMs = startMs + periodMs + latenessesMs[i]!;
      if (closeMs <= watermarkMs) continue;
      const window = this.#windows.at(periodMs, startMs, closeMs, offset);
      const group = this.#windows.group(window, keys[i]!, settings.maxGroups, memos?.[i]);
      if (group === undefined) continue;
      assigner.add(group.aggregate, i, asOfMs);
      window.markDirty(group);
      added++;
    }
    if (!isNew) return;
    if (added > 0) counters.counted++;
    else counters.overflowed++;
  }

  /** The state is what it was: from now on it goes on as it would have. */
  #endReread(): void {
    if (this.#reread === undefined) return;
    this.#reread = undefined;
    this.#seen.forgetBefore(this.#restoredForgottenMs);
  }

  /**
   * Lets several events together count, in their windows as these are when their time is up: neither the number of records that are fetched at once nor a gap in event time, which
   * closes windows in one step, makes a difference.
   * @param beforeMs the watermark until now
   */
  #contribute(beforeMs: number): void {
    const { assigner } = this.#options;
    const asOfMs = this.#asOfMs;
    for (let dueMs; (dueMs = assigner.dueMs ?? Infinity) <= asOfMs;) {
      const atMs = Math.max(beforeMs, dueMs);
      this.#closedToContributionsMs = this.#reread === undefined ? atMs : this.#watermark.valueMs;
      assigner.contribute!(atMs, this);
    }
  }

  /** The watermark by which it is decided what is late; while the state is made anew, windows that were closed meanwhile stay closed nevertheless. */
  get #asOfMs(): number {
    return (this.#reread ?? this.#watermark).valueMs;
  }

  #write(window: OpenWindow<A>, nowMs: number): void {
    const { topic, output, codec, counters } = this.#options;
    const { periodMs, startMs, closeMs } = window;
    const header = { source: this.#source, position: this.#position, watermarkMs: this.#watermark.valueMs };
    const partitions = output.partitionCount(topic);
    window.takeDirty(({ key, aggregate }) => {
      const { bytes, keyStart, keyEnd } = this.#writer.partial({
        ...header,
        periodMs,
        startMs,
        closeMs,
        key,
        data: codec.encode(aggregate),
      });
      output.append(topic, seriesPartition(key, partitions), bytes, keyStart, keyEnd, 0, bytes.length, nowMs);
      counters.partials++;
    });
    window.writtenAtMs = nowMs;
  }

  /** Tells every merger how far the time of this partition has come. */
  #announce(nowMs: number): void {
    const { topic, output, countSources } = this.#options;
    const { valueMs } = this.#watermark;
    if (valueMs === this.#announcedMs && nowMs - this.#announcedAtMs < ANNOUNCE_ANEW_MS) return;
    this.#announcedMs = valueMs;
    this.#announcedAtMs = nowMs;
    const announcement = { source: this.#source, position: Math.max(0, this.#position), watermarkMs: valueMs, sources: countSources() };
    const { bytes, keyStart, keyEnd } = this.#writer.announcement(announcement, nowMs);
    for (let partition = 0; partition < output.partitionCount(topic); partition++) {
      output.append(topic, partition, bytes, keyStart, keyEnd, 0, bytes.length, nowMs);
    }
  }
}

/** All parts of a series meet in one partition. */
function seriesPartition(key: string, partitions: number): number {
  const bytes = Buffer.from(key, 'latin1');
  return partitions <= 1 ? 0 : kafkaPartition(bytes, 0, bytes.length, partitions);
}
