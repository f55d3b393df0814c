import { eventually, TestTopics } from './kafka-servers.ts';
import { ManagementProcess } from './management-process.ts';

jest.setTimeout(90_000);

const stream = (name: string) => ({ type: 'base', name, partitions: 1, shardingKey: [], ttl: 60_000 });

describe('two management APIs at once', () => {
  const topics = new TestTopics();
  let running: ManagementProcess[] = [];

  const startTwo = async (env: Record<string, string> = {}) => {
    running.push(await ManagementProcess.start(topics, env), await ManagementProcess.start(topics, env));
    return running.slice(-2) as [ManagementProcess, ManagementProcess];
  };

  /** The instance that writes, found by letting it write once both are members of the group: the one that joins later may be given the role. */
  const leaderAndOther = async ([one, two]: [ManagementProcess, ManagementProcess]): Promise<[ManagementProcess, ManagementProcess]> => {
    await eventually('both are members of the group', () =>
      [one, two].some(({ lines }) => lines.some((line) => line.includes(`management-api.${topics.tasks}`) && line.includes('"members":2'))),
    );
    expect(await one.post(`/blacklist/remove?key=${'0'.repeat(32)}&timeoutMs=30000`)).toBe(200);
    return (await one.isLeader()) ? [one, two] : [two, one];
  };

  const names = async (instance: ManagementProcess) => (await instance.json('/streams/list')) as string[];

  beforeAll(() => topics.connect());
  afterEach(async () => {
    // In peace, so that the next test does not have to wait for the group to miss them.
    await Promise.all(running.map((instance) => instance.end()));
    running = [];
  });
  afterAll(() => topics.removeAll());

  it('create the same name once, whichever is asked', async () => {
    const [one, two] = await startTwo();
    await leaderAndOther([one, two]);
    for (let round = 0; round < 3; round++) {
      const name = topics.stream(`race${round}`);
      const create = (instance: ManagementProcess) => instance.post('/streams/create?timeoutMs=30000', { body: stream(name) });
      const statuses = await Promise.all([one, two, one, two, one, two].map(create));
      expect(statuses.sort()).toEqual([200, 409, 409, 409, 409, 409]);
      expect(await topics.admin.describeTopic(name)).toMatchObject({ partitions: 1 });
    }
  });

  it('show in each instance what it has answered', async () => {
    const instances = await startTwo();
    await leaderAndOther(instances);
    for (const instance of instances) {
      const name = topics.stream(`seen${instances.indexOf(instance)}`);
      expect(await instance.post('/streams/create?timeoutMs=30000', { body: stream(name) })).toBe(200);
      expect(await names(instance)).toContain(name);
      for (const other of instances) await eventually('the other sees it', async () => (await names(other)).includes(name));
    }
  });

  it('take over from a leader that was killed, and run what is queued', async () => {
    // Long enough for a slow machine to ask for everything below before the other instance takes over.
    const [leader, other] = await leaderAndOther(await startTwo({ HERCULES_TASKS_SESSION_TIMEOUT_MS: '12000' }));
    const doomed = topics.stream('doomed');
    expect(await other.post('/streams/create?timeoutMs=30000', { body: stream(doomed) })).toBe(200);
    const queued = [0, 1, 2].map((i) => topics.stream(`queued${i}`));

    // The leader dies in the middle of a deletion, between the metadata and the topic, with more tasks behind it.
    expect(await other.post(`/streams/delete?stream=${doomed}&async`)).toBe(200);
    await eventually('the deletion has begun', async () => !(await names(other)).includes(doomed));
    await leader.end('SIGKILL');
    for (const name of queued) expect(await other.post('/streams/create?async=false', { body: stream(name) })).toBe(200);
    const last = topics.stream('last');
    expect(await other.post('/streams/create?timeoutMs=1000', { body: stream(last) })).toBe(408);
    expect(await other.post(`/rules/set?key=${'1'.repeat(32)}&pattern=*&rights=r--&timeoutMs=30000`)).toBe(200);

    expect(await other.isLeader()).toBe(true);
    expect(await names(other)).toEqual(expect.arrayContaining([...queued, last]));
    for (const name of [...queued, last]) expect(await topics.admin.describeTopic(name)).toMatchObject({ partitions: 1 });
    expect(await names(other)).not.toContain(doomed);
    expect(await topics.admin.describeTopic(doomed)).toBeUndefined();
  });

  it('do not let a leader write that was frozen and has lost its role', async () => {
    const [leader, other] = await leaderAndOther(await startTwo());
    const name = topics.stream('frozen');
    leader.signal('SIGSTOP');
    // Queued while nobody works; the next owner runs it and what follows.
    expect(await other.post('/streams/create?timeoutMs=30000', { body: stream(name) })).toBe(200);
    expect(await other.post(`/streams/changeTtl?stream=${name}&newTtl=70000&timeoutMs=30000`)).toBe(200);
    leader.signal('SIGCONT');
    await eventually('the former leader knows', async () => !(await leader.isLeader()));
    const statuses = await Promise.all(
      [leader, other].map((instance) => instance.post(`/streams/changeTtl?stream=${name}&newTtl=80000&timeoutMs=30000`)),
    );
    expect(statuses).toEqual([200, 200]);
    for (const instance of [leader, other]) {
      await eventually('both agree', async () => ((await instance.json(`/streams/info?stream=${name}`)) as { ttl: number }).ttl === 80_000);
    }
    await eventually('the topic has it', async () => (await topics.admin.topicConfig(name)).get('retention.ms') === '80000');
  });

  it('hand over without a wait when the leader stops in peace', async () => {
    const [leader, other] = await leaderAndOther(await startTwo());
    expect(await leader.end('SIGTERM')).toBe(0);
    expect(await other.post('/streams/create?timeoutMs=5000', { body: stream(topics.stream('handover')) })).toBe(200);
  });
});
