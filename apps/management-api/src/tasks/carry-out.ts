import { addToBlacklist, removeFromBlacklist, setRules, setValidation } from './access-changes.ts';
import type { ChangeContext } from './change-context.ts';
import { changeStreamDescription, changeStreamTtl, createStream, deleteStream, increaseStreamPartitions } from './stream-changes.ts';
import type { Task } from './task.ts';
import { changeTimelineTtl, createTimeline, deleteTimeline } from './timeline-changes.ts';

/**
 * Carries out one task. Every step may be repeated after a crash with the same outcome. Throws HerculesError with the reason of a failure,
 * LeadershipLost, or the signal's AbortError.
 */
export async function carryOut(context: ChangeContext, { id, change }: Task): Promise<void> {
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
    case 'timeline.create':
      return createTimeline(context, id, change);
    case 'timeline.delete':
      return deleteTimeline(context, change);
    case 'timeline.changeTtl':
      return changeTimelineTtl(context, id, change);
    case 'rules.set':
      return setRules(context, change);
    case 'blacklist.add':
      return addToBlacklist(context, change);
    case 'blacklist.remove':
      return removeFromBlacklist(context, change);
    case 'validations.set':
      return setValidation(context, change);
  }
}
