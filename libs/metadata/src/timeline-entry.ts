import { z } from 'zod';
import { timelineSchema, type Timeline } from './timeline.ts';

/**
 * Where a timeline stands (docs/decisions/003-timeline-tables.md). `creating`: there is no table yet; `altering`: the table is there, with its
 * former time to live; `deleting`: it is about to go; `ready`: the table is as the timeline says.
 */
export const TIMELINE_STATES = ['creating', 'altering', 'deleting', 'ready'] as const;

const entrySchema = timelineSchema.extend({
  state: z.enum(TIMELINE_STATES).default('ready'),
  /** The task that has brought it into this state. */
  task: z.string().optional(),
  /** When that task was queued, ms since epoch. */
  queuedAt: z.number().optional(),
  /** While altering: the time to live that the table still has, in ms. */
  formerTtl: z.number().optional(),
});

export interface TimelineEntry {
  readonly timeline: Timeline;
  readonly state: (typeof TIMELINE_STATES)[number];
  readonly task?: string | undefined;
  readonly queuedAt?: number | undefined;
  readonly formerTtl?: number | undefined;
}

/** The value of a timeline's record as an entry. */
export const timelineEntrySchema = entrySchema.transform(({ state, task, queuedAt, formerTtl, ...timeline }): TimelineEntry => ({
  timeline,
  state,
  task,
  queuedAt,
  formerTtl,
}));

/** The value of a timeline's record. */
export function timelineDocument({ timeline, state, task, queuedAt, formerTtl }: TimelineEntry): object {
  return { ...timeline, state, task, queuedAt, formerTtl };
}

/** Whether a timeline can be written and read: it has a table. */
export function hasTable({ state }: TimelineEntry): boolean {
  return state === 'ready' || state === 'altering';
}

/** How the owner of the tables has carried out what an entry asks for; stands under `table/<name>`. */
export const tableReportSchema = z.object({
  /** The entry's task. */
  task: z.string(),
  status: z.enum(['DONE', 'FAILED']),
  /** With FAILED: why, in the store's words. */
  error: z.string().optional(),
  /** Who reports. */
  instance: z.string(),
  /** ms since epoch */
  at: z.number(),
});

export type TableReport = z.infer<typeof tableReportSchema>;
