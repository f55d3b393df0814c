import type { MetadataRegistry } from '@hercules/metadata';
import type { TaskQueue } from '../tasks/task-queue.ts';

/** What the routes need. */
export interface RouteContext {
  readonly registry: Pick<
    MetadataRegistry,
    'stream' | 'streams' | 'timeline' | 'timelines' | 'timelineEntry' | 'validations' | 'quotas' | 'authorizer'
  >;
  readonly tasks: Pick<TaskQueue, 'submit' | 'wait'>;
  /** Topics that no stream may be named after, besides the reserved prefixes. */
  readonly ownTopics: readonly string[];
}
