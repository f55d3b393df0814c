import type { MetadataRegistry, Timeline } from '@hercules/metadata';
import { HerculesError, type Logger } from '@hercules/protocol';
import { createReplayLoop, type ReplayExecutor, replayGroupId, type ReplayJob, type ReplayLoop } from '@hercules/replay';
import { createDeadLetters } from '@hercules/sink';
import type { TimelineParts } from '../timelines/start-timelines.ts';
import { TimelineAdapter } from '../timelines/timeline-adapter.ts';
import { TimelineTables } from '../timelines/timeline-tables.ts';

const LONGEST_TABLE_NAME = 48;

export interface TimelineReplayParts extends TimelineParts {
  readonly registry: MetadataRegistry;
  /** What targets call the app; part of the group that dead letters name. */
  readonly name: string;
}

/** Replays into timelines: their live tables, or tables of the same form beside them. */
export class TimelineReplays implements ReplayExecutor {
  readonly #parts: TimelineReplayParts;

  constructor(parts: TimelineReplayParts) {
    this.#parts = parts;
  }

  accepts({ dryRun, target }: ReplayJob): boolean {
    const { names } = this.#parts.config.timelines;
    return !dryRun && target.type === 'timeline' && (names.length === 0 || names.includes(target.timeline));
  }

  open(job: ReplayJob, logger: Logger): ReplayLoop {
    const { applicationId, config, cluster, producer, client, writer, name } = this.#parts;
    const { sink, timelines, replays } = config;
    const { live, table } = this.#tables(job);
    return createReplayLoop({
      job,
      adapter: new TimelineAdapter(client, writer, timelines.keyspace, table),
      // The live table is looked after by its owner.
      ...(table === live ? {} : { prepare: (signal: AbortSignal) => new TimelineTables(client, config).create(table, signal) }),
      deadLetters: createDeadLetters({ applicationId, groupId: replayGroupId(name, job), cluster, producer, settings: sink, logger }),
      settings: sink,
      progressIntervalMs: replays.progressIntervalMs,
      logger,
    });
  }

  /** The timeline, and the same under the name of the table that is written. */
  #tables({ stream, target }: ReplayJob): { live: Timeline; table: Timeline } {
    const { registry } = this.#parts;
    const { timeline: name, suffix } = target as Extract<ReplayJob['target'], { type: 'timeline' }>;
    const timeline = registry.timeline(name);
    if (timeline === undefined) throw new HerculesError('NOT_FOUND', `There is no timeline '${name}'`);
    if (!timeline.streams.includes(stream)) {
      throw new HerculesError('INVALID_ARGUMENT', `the timeline '${name}' stores ${timeline.streams.join(', ')}, not ${stream}`);
    }
    if (suffix === undefined) return { live: timeline, table: timeline };
    const table = `${name}_${suffix}`;
    if (table.length > LONGEST_TABLE_NAME) {
      throw new HerculesError('INVALID_ARGUMENT', `"${table}" is no name of a table: expected at most ${LONGEST_TABLE_NAME} characters`);
    }
    if (registry.timelineEntry(table) !== undefined) {
      throw new HerculesError('CONFLICT', `the table "${table}" is that of the timeline of this name: choose another suffix`);
    }
    return { live: timeline, table: { ...timeline, name: table } };
  }
}
