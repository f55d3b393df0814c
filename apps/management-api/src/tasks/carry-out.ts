import { addToBlacklist, deleteQuota, removeFromBlacklist, setQuota, setRules, setValidation } from './access-changes.ts';
import type { ChangeContext } from './change-context.ts';
import { changeStreamDescription, changeStreamTtl, createStream, deleteStream, increaseStreamPartitions } from './stream-changes.ts';
import type { Change, Task } from './task.ts';
import { changeTimelineTtl, createTimeline, deleteTimeline, settleTimeline } from './timeline-changes.ts';

/**
 * Carries out one task. `pending`: its result comes later, when somebody else has done the rest. Every step may be repeated after a crash with the same outcome. Throws HerculesError with the reason of a failure,
 * LeadershipLost, or the signal's AbortError.
 */
export async function carryOut(context: ChangeContext, task: Task): Promise<'done' | 'pending'> {
  const { id, change } = task;
  switch (change.type) {
    case 'timeline.create':
      await createTimeline(context, task, change);
      return 'pending';
    case 'timeline.delete':
      await deleteTimeline(context, task, change);
      return 'pending';
    case 'timeline.changeTtl':
      await changeTimelineTtl(context, task, change);
      return 'pending';
    default:
      await carryOutAtOnce(context, id, change);
      return 'done';
  }
}

type ChangeAtOnce = Exclude<Change, { type: 'timeline.create' | 'timeline.delete' | 'timeline.changeTtl' }>;

async function carryOutAtOnce(context: ChangeContext, id: string, change: ChangeAtOnce): Promise<void> {
  switch (change.type) {
    case 'stream.create':
      return createStream(context, id, change);
    case 'stream.delete':
      return deleteStream(context, change);
    case 'stream.changeTtl':
      return changeStreamTtl(context, id, change);
    case 'stream.changeDescription':
      return changeStreamDescription(context, id, change);
    case 'stream.increasePartitions':
      return increaseStreamPartitions(context, id, change);
    case 'timeline.settle':
      return settleTimeline(context, change);
    case 'rules.set':
      return setRules(context, change);
    case 'blacklist.add':
      return addToBlacklist(context, change);
    case 'blacklist.remove':
      return removeFromBlacklist(context, change);
    case 'quotas.set':
      return setQuota(context, change);
    case 'quotas.delete':
      return deleteQuota(context, change);
    case 'validations.set':
      return setValidation(context, change);
  }
}
