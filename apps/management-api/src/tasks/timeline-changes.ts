import {
  hasTable,
  tableKey,
  taskKey,
  timelineDocument,
  timelineKey,
  type TableReport,
  type TaskResult,
  type TimelineEntry,
} from '@hercules/metadata';
import { type ErrorCode, HerculesError } from '@hercules/protocol';
import type { ChangeContext } from './change-context.ts';
import type { ChangeOf, Task } from './task.ts';

type Asking = Pick<Task, 'id' | 'queuedAt'>;

/**
 * Changes of timelines are carried out by whoever owns their tables (docs/decisions/003-timeline-tables.md): here the metadata say what is wanted,
 * and the change ends when the owner's report is settled.
 */
export async function createTimeline(context: ChangeContext, task: Asking, { timeline }: ChangeOf<'timeline.create'>): Promise<void> {
  const entry = context.state.timelineEntry(timeline.name);
  if (entry === undefined) return put(context, { timeline, state: 'creating', task: task.id, queuedAt: task.queuedAt });
  if (entry.task === task.id) return;
  if (hasTable(entry)) throw new HerculesError('ALREADY_EXISTS', `A timeline with the name '${timeline.name}' already exists`);
  throw busy(entry);
}

/** Deleting does not wait for another change of the timeline: that one has failed then. */
export async function deleteTimeline(context: ChangeContext, task: Asking, { name }: ChangeOf<'timeline.delete'>): Promise<void> {
  const entry = context.state.timelineEntry(name);
  if (entry === undefined) throw new HerculesError('NOT_FOUND', `There is no timeline '${name}' any more`);
  if (entry.task === task.id) return;
  if (entry.state === 'deleting') throw busy(entry);
  await put(context, { timeline: entry.timeline, state: 'deleting', task: task.id, queuedAt: task.queuedAt });
  if (entry.state !== 'ready') await finish(context, entry, { status: 'FAILED', error: `Timeline '${name}' is being deleted` }, 'CONFLICT');
}

export async function changeTimelineTtl(
  context: ChangeContext,
  task: Asking,
  { name, ttl }: ChangeOf<'timeline.changeTtl'>,
): Promise<void> {
  const entry = context.state.timelineEntry(name);
  if (entry === undefined || entry.state === 'deleting') throw new HerculesError('NOT_FOUND', `There is no timeline '${name}' any more`);
  if (entry.task === task.id) return;
  if (entry.state !== 'ready') throw busy(entry);
  const { timeline } = entry;
  await put(context, {
    timeline: { ...timeline, ttl },
    state: 'altering',
    task: task.id,
    queuedAt: task.queuedAt,
    formerTtl: timeline.ttl,
  });
}

/** Ends the change that the report is about: the metadata say what is now, then the change has its result. May be repeated. */
export async function settleTimeline(context: ChangeContext, { name, task }: ChangeOf<'timeline.settle'>): Promise<void> {
  const report = context.state.tableReport(name);
  if (report?.task !== task) return;
  const entry = context.state.timelineEntry(name);
  if (entry?.task === task && entry.state !== 'ready') {
    const settled = settledEntry(entry, report);
    if (settled !== undefined) await put(context, settled);
    else await context.writer.remove(timelineKey(name));
  }
  await finish(context, { task, queuedAt: entry?.queuedAt ?? report.at }, report);
  if (context.state.timelineEntry(name) === undefined) await context.writer.remove(tableKey(name));
}

/** What becomes of the timeline; undefined = it is gone. */
function settledEntry(entry: TimelineEntry, { status }: TableReport): TimelineEntry | undefined {
  const { timeline, state, task, queuedAt, formerTtl } = entry;
  const ready: TimelineEntry = { timeline, state: 'ready', task, queuedAt };
  if (status === 'DONE') return state === 'deleting' ? undefined : ready;
  if (state === 'creating') return undefined;
  return state === 'altering' ? { ...ready, timeline: { ...timeline, ttl: formerTtl ?? timeline.ttl } } : ready;
}

async function finish(
  context: ChangeContext,
  { task, queuedAt = Date.now() }: Pick<TimelineEntry, 'task' | 'queuedAt'>,
  { status, error }: Pick<TableReport, 'status' | 'error'>,
  code: ErrorCode = 'INTERNAL',
): Promise<void> {
  if (task === undefined || context.state.taskResult(task) !== undefined) return;
  const result: TaskResult = { status, queuedAt, finishedAt: Date.now() };
  await context.writer.put(taskKey(task), status === 'DONE' ? result : { ...result, code, error });
}

async function put(context: ChangeContext, entry: TimelineEntry): Promise<void> {
  await context.writer.put(timelineKey(entry.timeline.name), timelineDocument(entry));
}

function busy({ timeline: { name }, state, task }: TimelineEntry): HerculesError {
  return new HerculesError('CONFLICT', `Timeline '${name}' is ${state}: that change (task ${task}) waits for the owner of the tables`);
}
