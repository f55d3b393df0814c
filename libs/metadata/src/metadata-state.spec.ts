import { apiKeyIdentity } from './api-key.ts';
import { stringifyJson } from './json.ts';
import { blacklistKey, parseMetaKey, quotaKey, ruleKey, streamKey, taskKey, timelineKey, validationKey } from './meta-keys.ts';
import { MetadataState } from './metadata-state.ts';
import { silentLogger } from './metadata-topic-fixture.ts';

const KEY = `shop_${'0123456789abcdef'.repeat(2)}`;
const { digest, prefix } = apiKeyIdentity(KEY);
const stream = { type: 'base', name: 'logs', partitions: 1, shardingKey: [], ttl: 1000 };
const json = (value: unknown) => Buffer.from(stringifyJson(value));

describe('MetadataState', () => {
  it('follows a stream from creation to deletion', () => {
    const state = new MetadataState(silentLogger);
    expect(state.apply(streamKey('logs'), json({ ...stream, task: 't1' }))).toEqual({ kind: 'stream', name: 'logs' });
    expect(state.stream('logs')).toEqual(stream);
    expect(state.changedBy(streamKey('logs'))).toBe('t1');
    state.apply(streamKey('logs'), json({ ...stream, partitions: 2 }));
    expect(state.streams()).toEqual([{ ...stream, partitions: 2 }]);
    expect(state.changedBy(streamKey('logs'))).toBeUndefined();
    state.apply(streamKey('logs'), undefined);
    expect(state.streams()).toEqual([]);
  });

  it('follows timelines, rules, the blacklist and task results', () => {
    const state = new MetadataState(silentLogger);
    const timeline = { name: 'tl', slices: 1, shardingKey: [], ttl: 1000, timetrapSize: 1, streams: ['logs'], filters: [] };
    state.apply(timelineKey('tl'), json(timeline));
    expect(state.timeline('tl')).toEqual(timeline);
    state.apply(ruleKey(digest, 'logs_*', 'write'), json({ prefix }));
    expect([...state.authorizer.rules()]).toEqual([{ digest, prefix, pattern: 'logs_*', right: 'write' }]);
    state.apply(blacklistKey(digest), json({ prefix }));
    expect(state.authorizer.authorize({ digest, prefix }, 'write', 'logs_a')).toBe('denied');
    state.apply(blacklistKey(digest), undefined);
    expect(state.authorizer.authorize({ digest, prefix }, 'write', 'logs_a')).toBe('allowed');
    state.apply(ruleKey(digest, 'logs_*', 'write'), undefined);
    expect(state.authorizer.identify(KEY)).toBeUndefined();
    state.apply(taskKey('1'), json({ status: 'DONE', queuedAt: 1, finishedAt: 2 }));
    expect(state.taskResult('1')?.status).toBe('DONE');
  });

  it('compiles content validations per key and stream', () => {
    const state = new MetadataState(silentLogger);
    const filters = [{ path: 'a', condition: { type: 'exist' } }];
    expect(state.validationFilter(digest, 'logs')).toBeUndefined();
    state.apply(validationKey(digest, 'logs'), json({ prefix, filters }));
    expect(state.validationFilter(digest, 'logs')).toBeDefined();
    expect(state.validationFilter(digest, 'other')).toBeUndefined();
    expect(state.validations()).toMatchObject([{ digest, prefix, stream: 'logs', filters }]);
    state.apply(validationKey(digest, 'logs'), undefined);
    expect(state.validationFilter(digest, 'logs')).toBeUndefined();
  });

  it('keeps quotas, by key and pattern', () => {
    const state = new MetadataState(silentLogger);
    state.apply(quotaKey(digest, 'logs_*'), json({ prefix, eventsPerSecond: 5, burstSeconds: 2 }));
    state.apply(quotaKey(digest, '*'), json({ prefix, bytesPerSecond: 7 }));
    state.apply(quotaKey(digest, 'x'), json({ prefix }));
    expect(state.quotas()).toEqual([
      { digest, prefix, pattern: 'logs_*', eventsPerSecond: 5, burstSeconds: 2 },
      { digest, prefix, pattern: '*', bytesPerSecond: 7, burstSeconds: 10 },
    ]);
    state.apply(quotaKey(digest, '*'), undefined);
    expect(state.quotas()).toHaveLength(1);
    expect(parseMetaKey(`quota/${digest}.LOGS`)).toBeUndefined();
    expect(parseMetaKey('quota/short.logs')).toBeUndefined();
  });

  it('takes a value that it cannot read for an absent one', () => {
    const state = new MetadataState(silentLogger);
    state.apply(streamKey('logs'), json(stream));
    state.apply(streamKey('logs'), Buffer.from('{'));
    expect(state.stream('logs')).toBeUndefined();
    state.apply(streamKey('logs'), json({ ...stream, partitions: 1000 }));
    expect(state.stream('logs')).toBeUndefined();
  });
});

describe('parseMetaKey', () => {
  it.each([
    ruleKey('zz', 'a', 'read'),
    `rule/${digest}.a`,
    `rule/${digest}.a.b.read`,
    `rule/${digest}.a.fly`,
    'stream/A',
    'x/y',
    'blacklist/1',
    'task/',
  ])('does not know %s', (key) => {
    expect(parseMetaKey(key)).toBeUndefined();
  });

  it('reads what the other functions write', () => {
    expect(parseMetaKey(ruleKey(digest, '*_?', 'manage'))).toEqual({ kind: 'rule', digest, pattern: '*_?', right: 'manage' });
    expect(parseMetaKey(validationKey(digest, 'a'))).toEqual({ kind: 'validation', digest, stream: 'a' });
  });
});
