import type { MetadataRegistry } from '@hercules/metadata';
import type { Auditor } from '../audit/auditor.ts';
import type { LetterBox } from '../dead-letters/letter-box.ts';
import type { Resender } from '../dead-letters/resender.ts';
import type { Resendings } from '../dead-letters/resendings.ts';
import type { ReplayDesk } from '../replays/replay-desk.ts';
import type { TaskQueue } from '../tasks/task-queue.ts';

/** What the routes of dead letters need. */
export interface DeadLetterContext {
  readonly box: Pick<LetterBox, 'open' | 'page' | 'find'>;
  readonly resender: Pick<Resender, 'resend'>;
  readonly resendings: Pick<Resendings, 'of'>;
  /** The usual dead-letter stream. */
  readonly stream: string;
}

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
  readonly deadLetters: DeadLetterContext;
  readonly auditor: Pick<Auditor, 'audit'>;
}
