import { timelineKey } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import type { ChangeContext } from './change-context.ts';
import type { ChangeOf } from './task.ts';

/** Metadata only: whoever owns the tables follows the metadata (architecture §4). */
export async function createTimeline(context: ChangeContext, task: string, { timeline }: ChangeOf<'timeline.create'>): Promise<void> {
  const key = timelineKey(timeline.name);
  if (context.state.timeline(timeline.name) !== undefined) {
    if (context.state.changedBy(key) === task) return;
    throw new HerculesError('ALREADY_EXISTS', `A timeline with the name '${timeline.name}' already exists`);
  }
  await context.writer.put(key, { ...timeline, task });
}

export async function deleteTimeline(context: ChangeContext, { name }: ChangeOf<'timeline.delete'>): Promise<void> {
  if (context.state.timeline(name) !== undefined) await context.writer.remove(timelineKey(name));
}

export async function changeTimelineTtl(
  context: ChangeContext,
  task: string,
  { name, ttl }: ChangeOf<'timeline.changeTtl'>,
): Promise<void> {
  const timeline = context.state.timeline(name);
  if (timeline === undefined) throw new HerculesError('NOT_FOUND', `There is no timeline '${name}' any more`);
  await context.writer.put(timelineKey(name), { ...timeline, ttl, task });
}
