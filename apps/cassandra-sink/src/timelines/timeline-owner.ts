import {
  hasTable,
  type MetadataListener,
  type MetadataState,
  type TableReport,
  type Timeline,
  type TimelineEntry,
} from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { Backoff, sleep } from '@hercules/sink';
import { ddlOutcome } from './ddl-outcome.ts';
import type { TimelineSink } from './timeline-sink.ts';
import type { TimelineTables } from './timeline-tables.ts';

export interface TimelineSource {
  readonly state: Pick<MetadataState, 'timelineEntry' | 'timelineEntries' | 'tableReport'>;
  onChange(listener: MetadataListener): () => void;
}

export interface TimelineOwnerParts {
  readonly source: TimelineSource;
  readonly tables: Pick<TimelineTables, 'create' | 'changeTtl' | 'drop'>;
  /** Whether this instance looks after the timeline. */
  readonly isMine: (name: string) => boolean;
  readonly createSink: (timeline: Timeline) => Pick<TimelineSink, 'start' | 'stop' | 'timeline'>;
  /** Appends a report to the metadata topic; resolves once Kafka has it. */
  readonly report: (name: string, report: Omit<TableReport, 'instance' | 'at'>) => Promise<void>;
  readonly retry: { readonly retryMinMs: number; readonly retryMaxMs: number };
  readonly logger: Logger;
}

/**
 * Follows the timelines of the metadata: makes, alters and drops their tables, reports how it went, and lets a sink run for each timeline that has
 * its table (docs/decisions/003-timeline-tables.md). Several instances do the same; they share the records through the timelines' consumer groups.
 */
export class TimelineOwner {
  readonly #parts: TimelineOwnerParts;
  readonly #sinks = new Map<string, ReturnType<TimelineOwnerParts['createSink']>>();
  /** Work on each timeline, one step after the other. */
  readonly #work = new Map<string, Promise<void>>();
  /** Ended when the timeline changes again: what is being tried for its former state is no longer wanted. */
  readonly #current = new Map<string, AbortController>();
  #unsubscribe: () => void = () => undefined;
  #stopping = false;

  constructor(parts: TimelineOwnerParts) {
    this.#parts = parts;
  }

  /** Takes up all timelines there are, and every change from now on. Does not wait for their tables. */
  start(): void {
    const { source } = this.#parts;
    this.#unsubscribe = source.onChange((kind, name) => {
      if (kind === 'timeline') this.#take(name);
    });
    for (const { timeline } of source.state.timelineEntries()) this.#take(timeline.name);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe();
    for (const current of this.#current.values()) current.abort();
    await Promise.all(this.#work.values());
    await Promise.all([...this.#sinks.values()].map((sink) => sink.stop()));
  }

  sinks(): Iterable<ReturnType<TimelineOwnerParts['createSink']>> {
    return this.#sinks.values();
  }

  #take(name: string): void {
    if (!this.#parts.isMine(name)) return;
    this.#current.get(name)?.abort();
    const current = new AbortController();
    this.#current.set(name, current);
    const before = this.#work.get(name) ?? Promise.resolve();
    const step = before.then(() => (current.signal.aborted ? undefined : this.#follow(name, current.signal)));
    this.#work.set(
      name,
      step.catch((error: unknown) => {
        if (!current.signal.aborted) this.#parts.logger.error({ err: error, timeline: name }, 'a timeline could not be looked after');
      }),
    );
  }

  async #follow(name: string, signal: AbortSignal): Promise<void> {
    const entry = this.#parts.source.state.timelineEntry(name);
    const sink = this.#sinks.get(name);
    if (sink !== undefined && (entry === undefined || !hasTable(entry) || !isSameSink(sink.timeline, entry.timeline))) {
      this.#sinks.delete(name);
      await sink.stop();
      this.#parts.logger.info({ timeline: name }, 'the sink of a timeline has stopped');
    }
    if (entry === undefined) return;
    await this.#makeTable(entry, signal);
    if (hasTable(entry) && !this.#sinks.has(name) && !this.#stopping) await this.#startSink(entry.timeline);
  }

  /** Until the table is as the entry says, or it is clear that it cannot be. */
  async #makeTable(entry: TimelineEntry, signal: AbortSignal): Promise<void> {
    const { source, logger, retry } = this.#parts;
    const { name } = entry.timeline;
    const backoff = new Backoff(retry.retryMinMs, retry.retryMaxMs);
    for (let attempt = 0; ; attempt++) {
      try {
        const outcome = await this.#changeTable(entry, signal);
        const isAsked = entry.task !== undefined && entry.state !== 'ready';
        if (isAsked && source.state.tableReport(name)?.task !== entry.task)
          await this.#parts.report(name, { task: entry.task, ...outcome });
        return;
      } catch (error) {
        signal.throwIfAborted();
        const level = attempt % 10 === 0 ? 'error' : 'debug';
        logger[level](
          { err: error, timeline: name, state: entry.state, attempt },
          'the table of a timeline is not as it should be yet; trying again',
        );
        await sleep(backoff.delayMs(attempt), signal);
        signal.throwIfAborted();
      }
    }
  }

  /** @throws what may pass */
  async #changeTable({ timeline, state }: TimelineEntry, signal: AbortSignal): Promise<Pick<TableReport, 'status' | 'error'>> {
    const { tables, logger } = this.#parts;
    try {
      if (state === 'deleting') await tables.drop(timeline, signal);
      else await tables.create(timeline, signal);
      if (state === 'altering') await tables.changeTtl(timeline, signal);
      if (state !== 'ready') logger.info({ timeline: timeline.name, state }, 'changed the table of a timeline');
      return { status: 'DONE' };
    } catch (error) {
      if (state === 'ready' || ddlOutcome(error) === 'retry') throw error;
      logger.warn({ err: error, timeline: timeline.name, state }, 'Cassandra refuses to change the table of a timeline');
      return { status: 'FAILED', error: `Cassandra refuses: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  async #startSink(timeline: Timeline): Promise<void> {
    const sink = this.#parts.createSink(timeline);
    this.#sinks.set(timeline.name, sink);
    await sink.start();
    this.#parts.logger.info({ timeline: timeline.name, streams: timeline.streams }, 'the sink of a timeline has started');
  }
}

/** The time to live is the table's affair; everything else decides what is written where. */
function isSameSink(a: Timeline, b: Timeline): boolean {
  const decisive = ({ name, slices, shardingKey, timetrapSize, streams, filters }: Timeline): string =>
    JSON.stringify([name, slices, shardingKey, timetrapSize, streams, filters], (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  return decisive(a) === decisive(b);
}
