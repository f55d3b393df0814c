import { type Filter, type Stream, stringifyJson, type Timeline } from '@hercules/metadata';
import type { ListedValidation, Quota } from '../api/management-client.ts';
import type { Grant } from '../commands/grants.ts';
import type { Plan } from './plan.ts';

/** What there is now of what a plan names. */
export interface Current {
  readonly streams: ReadonlyMap<string, Stream>;
  readonly timelines: ReadonlyMap<string, Timeline>;
  readonly grants: readonly Grant[];
  readonly quotas: readonly Quota[];
  readonly validations: readonly ListedValidation[];
}

export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Why it cannot be changed; undefined when it can. */
  readonly conflict?: string;
}

export type PlanKind = 'stream' | 'timeline' | 'rule' | 'quota' | 'validation';

export interface PlanStep {
  readonly action: 'create' | 'change' | 'conflict';
  readonly kind: PlanKind;
  readonly name: string;
  /** Position in the plan's list of this kind. */
  readonly index: number;
  readonly changes: readonly FieldChange[];
}

const NOT_CHANGEABLE = 'cannot be changed after creation: delete and create it anew, which loses its events';

/** What has to be done for the plan to hold, in the order to do it; nothing that is as it should be, and nothing the plan does not name. */
export function diffPlan(plan: Plan, current: Current): PlanStep[] {
  return [
    ...plan.streams.flatMap((wanted, index) =>
      step('stream', wanted.name, index, current.streams.get(wanted.name), (is) => streamChanges(is, wanted)),
    ),
    ...plan.timelines.flatMap((wanted, index) =>
      step('timeline', wanted.name, index, current.timelines.get(wanted.name), (is) => timelineChanges(is, wanted)),
    ),
    ...plan.rules.flatMap(({ key, pattern, rights }, index) => {
      const is = current.grants.find((grant) => grant.key === key && grant.pattern === pattern);
      if (is === undefined && rights === '---') return [];
      return step('rule', `${key} ${pattern}`, index, is, ({ rights: from }) => changed('rights', from, rights));
    }),
    ...plan.quotas.flatMap((wanted, index) => {
      const is = current.quotas.find(({ key, pattern }) => key === wanted.key && pattern === wanted.pattern);
      return step('quota', `${wanted.key} ${wanted.pattern}`, index, is, (quota) => quotaChanges(quota, wanted));
    }),
    ...plan.validations.flatMap(({ key, stream, filters }, index) => {
      const is = current.validations.find((validation) => validation.key === key && validation.stream === stream);
      if (is === undefined && filters.length === 0) return [];
      return step('validation', `${key} ${stream}`, index, is, ({ filters: from }) => changed<readonly Filter[]>('filters', from, filters));
    }),
  ];
}

function step<T>(kind: PlanKind, name: string, index: number, is: T | undefined, compare: (is: T) => FieldChange[]): PlanStep[] {
  if (is === undefined) return [{ action: 'create', kind, name, index, changes: [] }];
  const changes = compare(is);
  if (changes.length === 0) return [];
  return [{ action: changes.some(({ conflict }) => conflict !== undefined) ? 'conflict' : 'change', kind, name, index, changes }];
}

function streamChanges(is: Stream, wanted: Stream): FieldChange[] {
  const [derivedIs, derivedWanted] = [is.type === 'derived' ? is : undefined, wanted.type === 'derived' ? wanted : undefined];
  return [
    ...changed('type', is.type, wanted.type, NOT_CHANGEABLE),
    ...changed('shardingKey', is.shardingKey, wanted.shardingKey, NOT_CHANGEABLE),
    ...changed('streams', derivedIs?.streams, derivedWanted?.streams, NOT_CHANGEABLE),
    ...changed('filters', derivedIs?.filters, derivedWanted?.filters, NOT_CHANGEABLE),
    ...changed('split', derivedIs?.split ?? undefined, derivedWanted?.split ?? undefined, NOT_CHANGEABLE),
    ...changed('partitions', is.partitions, wanted.partitions, is.partitions > wanted.partitions ? 'can only grow' : undefined),
    ...changed('ttl', is.ttl, wanted.ttl),
    ...(typeof wanted.description === 'string' ? changed('description', is.description ?? '', wanted.description) : []),
  ];
}

function timelineChanges(is: Timeline, wanted: Timeline): FieldChange[] {
  const fixed = ['slices', 'shardingKey', 'timetrapSize', 'streams', 'filters'] as const;
  return [
    ...fixed.flatMap((field) => changed<unknown>(field, is[field], wanted[field], NOT_CHANGEABLE)),
    ...(typeof wanted.description === 'string'
      ? changed('description', is.description ?? '', wanted.description, 'the API has no way to change it')
      : []),
    ...changed('ttl', is.ttl, wanted.ttl),
  ];
}

function quotaChanges(is: Quota, wanted: Quota): FieldChange[] {
  const fields = ['eventsPerSecond', 'bytesPerSecond', 'burstSeconds'] as const;
  // What the plan leaves out is the API's default, which is not known here.
  return fields.flatMap((field) => (wanted[field] === undefined ? [] : changed(field, is[field], wanted[field])));
}

function changed<T>(field: string, from: T, to: T, conflict?: string): FieldChange[] {
  if (canonical(from) === canonical(to)) return [];
  return [{ field, from: from ?? null, to: to ?? null, ...(conflict === undefined ? {} : { conflict }) }];
}

/** JSON with sorted names, so that the order in which somebody wrote them is no difference. */
function canonical(value: unknown): string {
  return stringifyJson(sorted(value) ?? null);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}
