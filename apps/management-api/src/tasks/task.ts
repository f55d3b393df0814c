import { filterListSchema, streamSchema, timelineSchema } from '@hercules/metadata';
import { z } from 'zod';

const keySchema = z.object({ digest: z.string(), prefix: z.string() });
const rightChangeSchema = z.boolean().describe('true: the rule is set, false: it is removed');

const changeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stream.create'), stream: streamSchema }),
  z.object({ type: z.literal('stream.delete'), name: z.string() }),
  z.object({ type: z.literal('stream.changeTtl'), name: z.string(), ttl: z.number() }),
  z.object({ type: z.literal('stream.changeDescription'), name: z.string(), description: z.string() }),
  z.object({ type: z.literal('stream.increasePartitions'), name: z.string(), partitions: z.number() }),
  z.object({ type: z.literal('timeline.create'), timeline: timelineSchema }),
  z.object({ type: z.literal('timeline.delete'), name: z.string() }),
  z.object({ type: z.literal('timeline.changeTtl'), name: z.string(), ttl: z.number() }),
  z.object({ type: z.literal('timeline.settle'), name: z.string(), task: z.string().describe('The task whose table was reported') }),
  z.object({
    type: z.literal('rules.set'),
    key: keySchema,
    pattern: z.string(),
    rights: z.object({ read: rightChangeSchema, write: rightChangeSchema, manage: rightChangeSchema }),
  }),
  z.object({ type: z.literal('blacklist.add'), key: keySchema }),
  z.object({ type: z.literal('blacklist.remove'), key: keySchema }),
  z.object({
    type: z.literal('quotas.set'),
    key: keySchema,
    pattern: z.string(),
    eventsPerSecond: z.number().optional(),
    bytesPerSecond: z.number().optional(),
    burstSeconds: z.number(),
  }),
  z.object({ type: z.literal('quotas.delete'), key: keySchema, pattern: z.string() }),
  z.object({ type: z.literal('validations.set'), key: keySchema, stream: z.string(), filters: filterListSchema }),
]);

/** A change of the metadata. API keys stand in it by digest only. */
export type Change = z.infer<typeof changeSchema>;
export type ChangeOf<T extends Change['type']> = Extract<Change, { type: T }>;

/** A queued change: one record of the tasks topic. */
export const taskSchema = z.object({
  id: z.string().min(1),
  /** Who asked, as logs show it (see caller.ts). */
  by: z.string(),
  /** ms since epoch */
  queuedAt: z.number(),
  change: changeSchema,
});

export type Task = z.infer<typeof taskSchema>;

/** What a change is about, in the form of a key of the metadata topic; the key of its record (model §7.1). */
export function subjectOf(change: Change): string {
  switch (change.type) {
    case 'stream.create':
      return `stream/${change.stream.name}`;
    case 'stream.delete':
    case 'stream.changeTtl':
    case 'stream.changeDescription':
    case 'stream.increasePartitions':
      return `stream/${change.name}`;
    case 'timeline.create':
      return `timeline/${change.timeline.name}`;
    case 'timeline.delete':
    case 'timeline.changeTtl':
    case 'timeline.settle':
      return `timeline/${change.name}`;
    case 'rules.set':
      return `rule/${change.key.digest}.${change.pattern}`;
    case 'blacklist.add':
    case 'blacklist.remove':
      return `blacklist/${change.key.digest}`;
    case 'quotas.set':
    case 'quotas.delete':
      return `quota/${change.key.digest}.${change.pattern}`;
    case 'validations.set':
      return `validation/${change.key.digest}.${change.stream}`;
  }
}
