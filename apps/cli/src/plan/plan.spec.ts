import { CliError } from '../cli-error.ts';
import { shownKey } from '../commands/key-argument.ts';
import { parsePlan, type Plan } from './plan.ts';
import { type Current, diffPlan } from './plan-diff.ts';
import { renderSteps } from './plan-text.ts';

const KEY = `shop_${'0123456789abcdef'.repeat(2)}`;
const LISTED = shownKey(KEY);
const TEXT = `
streams:
  - { name: logs_shop, partitions: 3, ttl: 7d, shardingKey: [properties/project], description: Logs }
timelines:
  - { name: timeline_shop, slices: 2, ttl: 1d, timetrapSize: 1m, streams: [logs_shop] }
rules:
  - { key: "\${SHOP_KEY}", pattern: logs_*, rights: rw }
quotas:
  - { key: "${LISTED}", pattern: logs_*, eventsPerSecond: 100 }
validations:
  - { key: "${LISTED}", stream: logs_shop, filters: [{ path: level, condition: { type: exist } }] }
`;
const read = (text: string): Plan => parsePlan(text, { SHOP_KEY: KEY }, 'plan.yaml');
const plan = read(TEXT);
const nothing: Current = { streams: new Map(), timelines: new Map(), grants: [], quotas: [], validations: [] };
const asPlanned: Current = {
  streams: new Map(plan.streams.map((stream) => [stream.name, stream])),
  timelines: new Map(plan.timelines.map((timeline) => [timeline.name, timeline])),
  grants: [{ key: LISTED, pattern: 'logs_*', rights: 'rw-' }],
  quotas: [{ key: LISTED, pattern: 'logs_*', eventsPerSecond: 100, burstSeconds: 1 }],
  validations: plan.validations,
};

it('reads durations, keys of the environment and what may be left out', () => {
  expect(plan.streams[0]).toMatchObject({ type: 'base', ttl: 604_800_000 });
  expect(plan.timelines[0]).toMatchObject({ timetrapSize: 60_000, shardingKey: [], filters: [] });
  expect(plan.rules).toEqual([{ key: LISTED, pattern: 'logs_*', rights: 'rw-' }]);
});

it.each([
  ['a setting that there is not', 'streams: [{ name: a, partitions: 1, ttl: 1d, sharding: [] }]', 'sharding'],
  ['a kind that there is not', 'stream: []', 'stream'],
  ['a bad value', 'streams: [{ name: a, partitions: 100, ttl: 1d }]', 'partitions'],
  ['a variable that is not set', 'rules: [{ key: "${NO_KEY}", pattern: a, rights: r }]', 'NO_KEY'],
  ['the same twice', 'streams: [{ name: a, partitions: 1, ttl: 1d }, { name: a, partitions: 1, ttl: 1d }]', 'twice'],
  ['no plan', '[]', 'no plan'],
  ['no YAML', 'streams: [', 'plan.yaml'],
])('refuses %s and says where', (_what, text, part) => {
  expect(() => read(text)).toThrow(CliError);
  expect(() => read(text)).toThrow(part);
});

it('never tells a key that is wrong', () => {
  const secret = `${KEY}x`;
  for (const text of [`rules: [{ key: ${secret}, pattern: a, rights: r }]`, `rules: [{ key: [${secret}], pattern: a, rights: r }]`]) {
    try {
      read(text);
      throw new Error('was taken');
    } catch (error) {
      expect((error as Error).message).not.toContain(secret);
      expect((error as Error).message).not.toBe('was taken');
    }
  }
});

it('creates all that is not there, and does nothing when all is there', () => {
  expect(diffPlan(plan, nothing).map(({ action, kind }) => `${action} ${kind}`)).toEqual([
    'create stream',
    'create timeline',
    'create rule',
    'create quota',
    'create validation',
  ]);
  expect(diffPlan(plan, asPlanned)).toEqual([]);
});

it('changes what can be changed', () => {
  const [stream] = plan.streams;
  const current = { ...asPlanned, streams: new Map([['logs_shop', { ...stream!, ttl: 1000, partitions: 2, description: 'old' }]]) };
  const steps = diffPlan(plan, current);
  expect(steps).toMatchObject([{ action: 'change', kind: 'stream' }]);
  expect(steps[0]!.changes.map(({ field }) => field)).toEqual(['partitions', 'ttl', 'description']);
  expect(renderSteps(steps)).toBe(
    ['~ stream logs_shop', '    partitions: 2 → 3', '    ttl: 1s → 7d', '    description: "old" → "Logs"'].join('\n'),
  );
});

it.each([
  ['fewer partitions', { partitions: 4 }, 'partitions'],
  ['another sharding key', { shardingKey: ['host'] }, 'shardingKey'],
  ['another type', { type: 'derived', streams: ['a'], filters: [] }, 'type'],
])('says a conflict for %s', (_what, change, field) => {
  const is = { ...plan.streams[0]!, ...change } as (typeof plan.streams)[0];
  const steps = diffPlan(plan, { ...asPlanned, streams: new Map([['logs_shop', is]]) });
  expect(steps).toMatchObject([{ action: 'conflict' }]);
  expect(steps[0]!.changes[0]).toMatchObject({ field, conflict: expect.any(String) });
});

it('leaves alone what it does not say', () => {
  const noDescription = read('streams: [{ name: logs_shop, partitions: 3, ttl: 7d, shardingKey: [properties/project] }]');
  expect(diffPlan(noDescription, asPlanned)).toEqual([]);
});

it('rights that are to be taken away and are not there are no step', () => {
  expect(diffPlan(read(`rules: [{ key: "${LISTED}", pattern: other, rights: --- }]`), asPlanned)).toEqual([]);
});
