import { createHash } from 'node:crypto';
import { eventually, TestTopics } from './kafka-servers.ts';
import { ManagementProcess } from './management-process.ts';
import { tableOwner } from './table-owner.ts';

jest.setTimeout(60_000);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const key = (prefix: string, digit: string) => `${prefix}_${digit.repeat(32)}`;
const listed = (apiKey: string) => `${apiKey.slice(0, -32)}~sha256:${sha256(apiKey)}`;

describe('management API', () => {
  const topics = new TestTopics();
  let api: ManagementProcess;

  const base = (name: string, changes: object = {}) => ({
    type: 'base',
    name,
    partitions: 2,
    shardingKey: ['host'],
    ttl: 60_000,
    description: 'd',
    ...changes,
  });
  const create = (body: unknown, options: { key?: string } = {}) => api.post('/streams/create', { ...options, body });
  const setRule = async (apiKey: string, pattern: string, rights: string) => {
    expect(await api.post(`/rules/set?key=${apiKey}&pattern=${encodeURIComponent(pattern)}&rights=${rights}`)).toBe(200);
  };
  const text = async (method: string, path: string, options?: Parameters<ManagementProcess['call']>[2]) =>
    (await api.call(method, path, options)).text;

  beforeAll(async () => {
    await topics.connect();
    api = await ManagementProcess.start(topics);
  });

  afterAll(async () => {
    const code = await api.end();
    await topics.removeAll();
    expect(code).toBe(0);
  });

  describe('streams', () => {
    it('are created with their topic, changed, grown and deleted', async () => {
      const name = topics.stream('life');
      expect(await create(base(name))).toBe(200);
      expect(await topics.admin.describeTopic(name)).toMatchObject({ partitions: 2, replicationFactor: 1 });
      expect((await topics.admin.topicConfig(name)).get('retention.ms')).toBe('60000');
      expect(await api.json(`/streams/info?stream=${name}`)).toEqual(base(name));
      expect(await api.json('/streams/list')).toContain(name);

      // Another override, set by somebody else, outlives a change of the ttl.
      await topics.admin.alterTopicConfig(name, { 'max.message.bytes': '600000' });
      expect(await api.post(`/streams/changeTtl?stream=${name}&newTtl=70000`)).toBe(200);
      // A broker shows changed settings a moment after it has taken them.
      await eventually('the new ttl', async () => (await topics.admin.topicConfig(name)).get('retention.ms') === '70000');
      expect(Object.fromEntries(await topics.admin.topicConfig(name))).toMatchObject({
        'retention.ms': '70000',
        'max.message.bytes': '600000',
      });

      expect(await api.post(`/streams/changeDescription?stream=${name}&newDescription=`)).toBe(200);
      expect(await api.post(`/streams/increasePartitions?stream=${name}&newPartitions=4`)).toBe(200);
      expect(await topics.admin.describeTopic(name)).toMatchObject({ partitions: 4 });
      expect(await api.json(`/streams/info?stream=${name}`)).toEqual(base(name, { ttl: 70_000, description: '', partitions: 4 }));
      expect(await api.post(`/streams/increasePartitions?stream=${name}&newPartitions=4`)).toBe(409);

      expect(await api.post(`/streams/delete?stream=${name}`)).toBe(200);
      expect(await topics.admin.describeTopic(name)).toBeUndefined();
      expect((await api.call('GET', `/streams/info?stream=${name}`)).status).toBe(404);
      expect(await api.json('/streams/list')).not.toContain(name);
      expect(await create(base(name))).toBe(200);
      expect(await topics.admin.describeTopic(name)).toMatchObject({ partitions: 2 });
    });

    it('may be derived from others', async () => {
      const name = topics.stream('derived');
      const filters = [
        { path: 'level', condition: { type: 'range', left: -9223372036854775808n, right: 5, inclusiveLeft: true, inclusiveRight: false } },
      ];
      const body = JSON.stringify({ ...base(name), type: 'derived', streams: ['some_source'] }).replace(
        /}$/,
        `,"filters":[{"path":"level","condition":{"type":"range","left":-9223372036854775808,"right":5,"inclusiveLeft":true}}]}`,
      );
      expect(await create(body)).toBe(200);
      const info = await text('GET', `/streams/info?stream=${name}`);
      expect(info).toContain(String(filters[0]!.condition.left));
      expect(JSON.parse(info)).toMatchObject({ type: 'derived', streams: ['some_source'], filters: [{ path: 'level' }] });
    });

    it('are refused in the order of the specification', async () => {
      const name = topics.stream('order');
      expect(await create(base(name))).toBe(200);
      const chunked = { headers: { 'transfer-encoding': 'chunked' } };
      expect(await api.post('/streams/create', { ...chunked, key: '' })).toBe(401);
      expect(await api.post('/streams/create', chunked)).toBe(411);
      expect(await create('{"type":')).toBe(400);
      expect(await create('')).toBe(400);
      expect(await create(base(name, { partitions: 100 }))).toBe(400);
      expect(await create(base('hercules_x'))).toBe(400);
      expect(await create(base(topics.metadata))).toBe(400);
      expect(await create({ ...base(name), type: 'derived' })).toBe(400);
      expect(await create({ ...base(name), type: 'derived', streams: [] })).toBe(400);
      expect(await create(base(name))).toBe(409);
      expect(await text('POST', '/streams/create', { body: base(name, { partitions: 100 }) })).toBe(
        'Invalid stream: partitions: expected a whole number from 1 to 99, got 100',
      );
    });

    it.each([
      ['/streams/delete', 400],
      ['/streams/delete?stream=', 404],
      ['/streams/delete?stream=none', 404],
      ['/streams/changeTtl?stream=none', 400],
      ['/streams/changeTtl?stream=none&newTtl=0', 400],
      ['/streams/changeTtl?stream=none&newTtl=x', 400],
      ['/streams/changeTtl?stream=none&newTtl=', 400],
      ['/streams/changeTtl?stream=none&newTtl=1', 404],
      ['/streams/changeTtl?newTtl=1', 400],
      ['/streams/changeDescription?stream=none', 400],
      [`/streams/changeDescription?stream=none&newDescription=${'x'.repeat(1000)}`, 400],
      ['/streams/changeDescription?stream=none&newDescription=', 404],
      ['/streams/increasePartitions?stream=none&newPartitions=100', 400],
      ['/streams/increasePartitions?stream=none&newPartitions=99', 404],
      ['/timelines/delete', 400],
      ['/timelines/delete?timeline=none', 404],
      ['/timelines/changeTtl?timeline=none&newTtl=999', 400],
      ['/timelines/changeTtl?timeline=none&newTtl=1000', 404],
      ['/rules/set', 400],
      [`/rules/set?key=${key('a', '1')}&pattern=*&rights=rwx`, 400],
      [`/rules/set?key=${key('a', '1')}&pattern=A&rights=rwm`, 400],
      ['/rules/set?key=short&pattern=*&rights=rwm', 400],
      ['/blacklist/add?key=short', 400],
      ['/blacklist/remove', 400],
      [`/validations/set?key=${key('a', '1')}`, 400],
      [`/quotas/set?key=${key('a', '1')}&pattern=*`, 400],
      [`/quotas/set?key=${key('a', '1')}&pattern=*&eventsPerSecond=0`, 400],
      [`/quotas/set?key=${key('a', '1')}&pattern=*&bytesPerSecond=1&burstSeconds=3601`, 400],
      [`/quotas/set?key=${key('a', '1')}&eventsPerSecond=1`, 400],
      ['/quotas/delete?pattern=*', 400],
    ])('POST %s: %i', async (path, status) => {
      expect(await api.post(path)).toBe(status);
    });

    it('refuses a bad timeoutMs', async () => {
      const name = topics.stream('timeout');
      for (const timeoutMs of ['999', '30001', 'x'])
        expect(await api.post(`/streams/create?timeoutMs=${timeoutMs}`, { body: base(name) })).toBe(400);
      expect(await api.post('/streams/create?timeoutMs=', { body: base(name) })).toBe(200);
    });

    it('takes over a topic that fits, and refuses one that does not', async () => {
      const [fits, larger] = [topics.stream('fits'), topics.stream('larger')];
      for (const [topic, partitions] of [
        [fits, 1],
        [larger, 3],
      ] as const) {
        await topics.admin.createTopic({ topic, partitions, replicationFactor: 1, configs: {} });
      }
      expect(await create(base(fits))).toBe(200);
      expect(await topics.admin.describeTopic(fits)).toMatchObject({ partitions: 2 });
      expect(await text('POST', '/streams/create', { body: base(larger) })).toContain(
        `Kafka already has a topic '${larger}' with 3 partitions`,
      );
      expect(await api.json('/streams/list')).not.toContain(larger);
    });
  });

  describe('rights', () => {
    it('of API keys are set, listed without the key, and removed', async () => {
      const apiKey = key('shop', 'a');
      await setRule(apiKey, 'x_*', 'rw-');
      await setRule(apiKey, 'x_*', '-wm');
      const rules = (await api.json('/rules/list')) as string[];
      expect(rules.filter((rule) => rule.startsWith('shop_'))).toEqual([`${listed(apiKey)}.x_*.manage`, `${listed(apiKey)}.x_*.write`]);
      expect(rules).toEqual([...rules].sort());
      // A key that only its owner knows can be taken away as the list shows it.
      await setRule(encodeURIComponent(listed(apiKey)), 'x_*', '---');
      expect(await api.json('/rules/list')).not.toEqual(expect.arrayContaining([expect.stringContaining('shop_') as string]));
    });

    it('decide about streams', async () => {
      const [manager, reader] = [key('manager', 'b'), key('reader', 'c')];
      const name = topics.stream('mine');
      const other = topics.stream('other');
      expect(await create(base(name), { key: manager })).toBe(401);
      await setRule(manager, 'mine_*', '--m');
      await setRule(reader, 'mine_*', 'r--');
      expect(await create(base(name), { key: manager })).toBe(200);
      expect(await create(base(other), { key: manager })).toBe(403);
      expect(await create(base(name), { key: reader })).toBe(401);
      expect(await create({ ...base('mine_derived'), type: 'derived', streams: [name] }, { key: manager })).toBe(401);
      expect(await create(base(name, { partitions: 0 }), { key: reader })).toBe(400);

      const info = async (apiKey: string, stream: string) =>
        (await api.call('GET', `/streams/info?stream=${stream}`, { key: apiKey })).status;
      expect([await info(manager, name), await info(reader, name), await info(reader, other)]).toEqual([200, 200, 403]);
      expect(await api.json('/streams/list', { key: reader })).toContain(name);
      expect(await api.post(`/streams/delete?stream=${name}`, { key: reader })).toBe(401);
      expect(await api.post(`/streams/delete?stream=${other}`, { key: manager })).toBe(403);

      expect(await api.post(`/blacklist/add?key=${manager}`)).toBe(200);
      expect(await api.json('/blacklist/list')).toEqual([listed(manager)]);
      expect([await info(manager, name), await api.post(`/streams/delete?stream=${name}`, { key: manager })]).toEqual([403, 403]);
      expect(await api.json('/streams/list', { key: manager })).toContain(name);
      expect(await api.post(`/blacklist/remove?key=${manager}`)).toBe(200);
      expect(await api.json('/blacklist/list')).toEqual([]);
      expect(await api.post(`/streams/delete?stream=${name}`, { key: manager })).toBe(200);
    });

    it('are for master keys only', async () => {
      const apiKey = key('all', 'd');
      await setRule(apiKey, '*', 'rwm');
      const call = async (method: string, path: string) =>
        (await api.call(method, path, { key: apiKey, body: method === 'POST' ? [] : undefined })).status;
      for (const path of ['/rules/list', '/blacklist/list', '/validations/list', '/quotas/list']) expect(await call('GET', path)).toBe(401);
      for (const path of ['/rules/set', '/blacklist/add', '/blacklist/remove', '/validations/set', '/quotas/set', '/quotas/delete'])
        expect(await call('POST', path)).toBe(401);
      for (const path of ['/streams/list', '/timelines/list']) expect(await call('GET', path)).toBe(200);
    });
  });

  it('keeps timelines, whose tables cassandra-sink makes', async () => {
    const sink = await tableOwner(topics);
    const name = `tl_${topics.suffix}`;
    const timeline = { name, slices: 3, shardingKey: [], ttl: 5000, timetrapSize: 1000, streams: ['s'], filters: [], description: 'd' };
    const createTimeline = (body: object, apiKey?: string) =>
      api.post('/timelines/create', { body, ...(apiKey === undefined ? {} : { key: apiKey }) });
    expect(await createTimeline({ ...timeline, slices: 0 })).toBe(400);
    expect(await createTimeline({ ...timeline, streams: [] })).toBe(400);
    expect(await createTimeline(timeline)).toBe(200);
    expect(await createTimeline(timeline)).toBe(409);
    expect(await api.json('/timelines/list')).toContain(name);
    expect(await api.post(`/timelines/changeTtl?timeline=${name}&newTtl=6000`)).toBe(200);
    expect(await api.json(`/timelines/info?timeline=${name}`)).toEqual({ ...timeline, ttl: 6000 });
    const apiKey = key('tl', 'e');
    await setRule(apiKey, 'tl_*', '--m');
    expect(await createTimeline({ ...timeline, name: `${name}_2` }, apiKey)).toBe(401);
    await setRule(apiKey, 's', 'r--');
    expect(await createTimeline({ ...timeline, name: `${name}_2` }, apiKey)).toBe(200);
    for (const deleted of [name, `${name}_2`]) expect(await api.post(`/timelines/delete?timeline=${deleted}`)).toBe(200);
    expect((await api.call('GET', `/timelines/info?timeline=${name}`)).status).toBe(404);
    sink.signal('SIGTERM');
    expect(await sink.waitForEnd(30_000)).toBe(0);
  });

  it('keeps content validations', async () => {
    const apiKey = key('shop', 'f');
    const filters = [{ path: 'a/b', condition: { type: 'negate', condition: { type: 'string_equality', value: 'x' } } }];
    const set = (body: unknown) => api.post(`/validations/set?key=${apiKey}&stream=logs`, { body });
    expect(await set(filters)).toBe(200);
    expect(await api.json('/validations/list')).toEqual([{ key: listed(apiKey), stream: 'logs', filters }]);
    expect(await text('POST', `/validations/set?key=${apiKey}&stream=logs`, { body: [{ path: 1 }] })).toContain('[0].path: expected');
    expect(await set({})).toBe(400);
    expect(await set([])).toBe(200);
    expect(await api.json('/validations/list')).toEqual([]);
  });

  it('keeps quotas', async () => {
    const apiKey = key('shop', '9');
    expect(await api.post(`/quotas/set?key=${apiKey}&pattern=logs_*&eventsPerSecond=100`)).toBe(200);
    expect(await api.post(`/quotas/set?key=${apiKey}&pattern=*&bytesPerSecond=1000&burstSeconds=1`)).toBe(200);
    expect(await api.json('/quotas/list')).toEqual([
      { key: listed(apiKey), pattern: '*', bytesPerSecond: 1000, burstSeconds: 1 },
      { key: listed(apiKey), pattern: 'logs_*', eventsPerSecond: 100, burstSeconds: 10 },
    ]);
    expect(await api.post(`/quotas/set?key=${listed(apiKey)}&pattern=*&eventsPerSecond=5`)).toBe(200);
    expect(await api.post(`/quotas/delete?key=${apiKey}&pattern=logs_*`)).toBe(200);
    expect(await api.json('/quotas/list')).toEqual([{ key: listed(apiKey), pattern: '*', eventsPerSecond: 5, burstSeconds: 10 }]);
    for (const _ of [1, 2]) expect(await api.post(`/quotas/delete?key=${apiKey}&pattern=*`)).toBe(200);
    expect(await api.json('/quotas/list')).toEqual([]);
  });

  it('answers at once with async, be it empty or false', async () => {
    for (const [i, form] of ['async', 'async=', 'async=false'].entries()) {
      const name = topics.stream(`async${i}`);
      expect(await api.post(`/streams/create?${form}`, { body: base(name) })).toBe(200);
      await eventually('it is created all the same', async () => ((await api.json('/streams/list')) as string[]).includes(name));
    }
  });

  it('serves its description and the service endpoints without a key', async () => {
    const { headers, text: body } = await api.call('GET', '/openapi.json', { key: '' });
    expect(headers['content-type']).toBe('application/json');
    expect((JSON.parse(body) as { openapi: string }).openapi).toBe('3.1.0');
    for (const path of ['/ping', '/about', '/status', '/metrics']) expect((await api.call('GET', path, { key: '' })).status).toBe(200);
    expect(await text('GET', '/metrics')).toMatch(/hercules_management_requests_total\{path="\/openapi.json",status="200"\} 1/);
  });

  it('knows no other pages and methods', async () => {
    expect((await api.call('GET', '/streams/list/')).status).toBe(404);
    expect((await api.call('GET', '/nothing', { key: '' })).status).toBe(404);
    expect((await api.call('PUT', '/streams/create')).status).toBe(405);
    expect((await api.call('HEAD', '/streams/list')).status).toBe(405);
  });

  it('sends a length with every answer', async () => {
    for (const [method, path] of [
      ['GET', '/streams/list'],
      ['POST', '/blacklist/add'],
      ['GET', '/x'],
      ['POST', `/blacklist/remove?key=${key('a', '1')}`],
    ] as const) {
      expect((await api.call(method, path)).headers).toHaveProperty('content-length');
    }
  });

  it('never logs or stores a key', async () => {
    const apiKey = key('secret', '9');
    await setRule(apiKey, 'z', 'r--');
    expect(await api.post(`/blacklist/add?key=${apiKey}`)).toBe(200);
    expect((await api.call('GET', '/streams/list', { key: apiKey })).status).toBe(200);
    const logged = api.lines.join('\n');
    expect(logged).toContain('Carried out a change');
    expect(logged).not.toContain('9'.repeat(32));
    expect(logged).not.toContain('test-master-key');
  });
});
