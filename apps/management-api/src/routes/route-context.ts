import type { MetadataRegistry } from '@hercules/metadata';
import type { ReplayDesk } from '../replays/replay-desk.ts';
import type { TaskQueue } from '../tasks/task-queue.ts';

/** What the routes need. */
export interface RouteContext {
  readonly registry: Pick<
    MetadataRegistry,
    'stream' | 'streams' | 'timeline' | 'timelines' | 'timelineEntry' | 'validations' | 'quotas' | 'authorizer'
  >;
  readonly tasks: Pick<TaskQueue, 'submit' | 'wait'>;
  readonly replays: Pick<ReplayDesk, 'get' | 'list' | 'create' | 'measure' | 'want'>;
  /** Topics that no stream may be named after, besides the reserved prefixes. */
  readonly ownTopics: readonly string[];
}
