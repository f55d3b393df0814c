import { BROKER_ERROR } from './broker-error-codes.ts';
import { FakeCluster, silentLogger, turns, until } from './fake-cluster.ts';
import { decodeAssignment, encodeAssignment, encodeSubscription } from './group-assignment.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { GroupMembership } from './group-membership.ts';
import { HEARTBEAT_API, JOIN_GROUP_API, LEAVE_GROUP_API, SYNC_GROUP_API } from './group-requests.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const COUNTS = new Map([['logs', 2]]);

interface Joined {
  code?: number;
  generation?: number;
  leader?: string;
  member?: string;
  members?: string[];
}

function joinAnswer({ code = 0, generation = 1, leader = 'me', member = 'me', members = [] }: Joined): Buffer {
  return new WireWriter()
    .int32(0)
    .int16(code)
    .int32(generation)
    .string('range')
    .string(leader)
    .string(member)
    .array(members, (writer, id) => writer.string(id).sizedBytes(encodeSubscription(['logs'])))
    .bytes();
}

function syncAnswer(code = 0): Buffer {
  return new WireWriter()
    .int32(0)
    .int16(code)
    .sizedBytes(encodeAssignment([{ topic: 'logs', partition: 1 }]))
    .bytes();
}

function codeAnswer(code = 0): Buffer {
  return new WireWriter().int32(0).int16(code).bytes();
}

function setUpMember(joins: Joined[], heartbeatIntervalMs: number) {
  const cluster = new FakeCluster();
  const rejoins: string[] = [];
  const heartbeats = { code: 0 };
  const joinedAs: string[] = [];
  let syncs: number[] = [];
  cluster.handlers.set(JOIN_GROUP_API.apiKey, (body) => {
    const reader = new WireReader(body);
    reader.string();
    reader.skip(8);
    joinedAs.push(reader.string());
    return joinAnswer(joins.shift() ?? {});
  });
  cluster.handlers.set(SYNC_GROUP_API.apiKey, () => syncAnswer(syncs.shift()));
  cluster.handlers.set(HEARTBEAT_API.apiKey, () => codeAnswer(heartbeats.code));
  cluster.handlers.set(LEAVE_GROUP_API.apiKey, () => codeAnswer());
  const coordinator = new GroupCoordinator(cluster, 'g');
  const options = { sessionTimeoutMs: 300, rebalanceTimeoutMs: 1000, heartbeatIntervalMs };
  const membership = new GroupMembership(
    coordinator,
    options,
    (reason, lost) => rejoins.push(`${reason}${lost ? ' lost' : ''}`),
    silentLogger,
  );
  const join = () => membership.join(['logs'], () => Promise.resolve(COUNTS));
  const sent = (apiKey: number): Buffer[] => cluster.requests.filter(({ api }) => api.apiKey === apiKey).map(({ body }) => body);
  return { cluster, coordinator, membership, join, rejoins, heartbeats, joinedAs, sent, setSyncs: (codes: number[]) => (syncs = codes) };
}

describe('GroupMembership', () => {
  const started: GroupMembership[] = [];
  const setUp = (joins: Joined[], heartbeatIntervalMs = 5) => {
    const member = setUpMember(joins, heartbeatIntervalMs);
    started.push(member.membership);
    return member;
  };
  afterEach(async () => {
    // A test that failed must not keep heartbeats going.
    await Promise.allSettled(started.splice(0).map((membership) => membership.leave()));
  });

  it('takes the id that the coordinator gives, leads, and beats', async () => {
    const { membership, join, joinedAs, sent } = setUp([
      { code: BROKER_ERROR.MEMBER_ID_REQUIRED, member: 'me' },
      { members: ['me', 'other'] },
    ]);
    expect(await join()).toEqual([{ topic: 'logs', partition: 1 }]);
    expect(joinedAs).toEqual(['', 'me']);
    expect(membership.member).toEqual({ memberId: 'me', generation: 1 });
    const reader = new WireReader(sent(SYNC_GROUP_API.apiKey)[0]!);
    expect([reader.string(), reader.int32(), reader.string()]).toEqual(['g', 1, 'me']);
    const assignments = reader.array((r) => [r.string(), decodeAssignment(r.sizedBytes())]);
    expect(assignments).toEqual([
      ['me', [{ topic: 'logs', partition: 0 }]],
      ['other', [{ topic: 'logs', partition: 1 }]],
    ]);
    await until(() => sent(HEARTBEAT_API.apiKey).length >= 3);
    await membership.leave();
    expect(membership.member).toBeUndefined();
  });

  it('does not share out when another member leads', async () => {
    const { join, sent } = setUp([{ leader: 'other', member: 'me' }]);
    await join();
    const reader = new WireReader(sent(SYNC_GROUP_API.apiKey)[0]!);
    reader.string();
    reader.int32();
    reader.string();
    expect(reader.int32()).toBe(0);
  });

  it('joins again at once when the group has moved on, as a new member when it was forgotten', async () => {
    const { membership, join, joinedAs, setSyncs } = setUp([
      { member: 'first' },
      { code: BROKER_ERROR.UNKNOWN_MEMBER_ID },
      { generation: 3, member: 'second' },
    ]);
    setSyncs([BROKER_ERROR.REBALANCE_IN_PROGRESS]);
    await join();
    expect(joinedAs).toEqual(['', 'first', '']);
    expect(membership.member).toEqual({ memberId: 'second', generation: 3 });
  });

  it.each([
    [BROKER_ERROR.REBALANCE_IN_PROGRESS, 'REBALANCE_IN_PROGRESS', true],
    [BROKER_ERROR.ILLEGAL_GENERATION, 'ILLEGAL_GENERATION lost', true],
    [BROKER_ERROR.UNKNOWN_MEMBER_ID, 'UNKNOWN_MEMBER_ID lost', false],
  ])('asks to join again when a heartbeat is answered with %i', async (code, reason, keepsGeneration) => {
    const { membership, join, rejoins, heartbeats } = setUp([]);
    await join();
    heartbeats.code = code;
    await until(() => rejoins.length > 0);
    expect(rejoins[0]).toBe(reason);
    expect(membership.member !== undefined).toBe(keepsGeneration);
  });

  it('looks the coordinator up again when it has moved or does not answer', async () => {
    const { cluster, join, rejoins, heartbeats, sent } = setUp([]);
    await join();
    cluster.coordinator = 2;
    heartbeats.code = BROKER_ERROR.NOT_COORDINATOR;
    await until(() => cluster.requests.some(({ nodeId }) => nodeId === 2));
    heartbeats.code = 0;
    cluster.down.add(2);
    cluster.coordinator = 3;
    await until(() => cluster.requests.some(({ nodeId }) => nodeId === 3));
    const before = sent(HEARTBEAT_API.apiKey).length;
    await until(() => sent(HEARTBEAT_API.apiKey).length > before + 1);
    expect(rejoins).toEqual([]);
  });

  it('is not certain of its partitions after the event loop was held up, until a heartbeat is answered', async () => {
    const { cluster, membership, join } = setUp([], 10);
    await join();
    const answer = Promise.withResolvers<Buffer>();
    cluster.handlers.set(HEARTBEAT_API.apiKey, () => answer.promise);
    const end = performance.now() + 400;
    while (performance.now() < end);
    await until(() => membership.blockedLoops > 0);
    expect(membership.isCertain).toBe(false);
    answer.resolve(codeAnswer());
    await until(() => membership.isCertain);
  });

  it('ends a join under way when it leaves', async () => {
    const { membership, join, joinedAs, cluster } = setUp([]);
    await join();
    const answer = Promise.withResolvers<Buffer>();
    cluster.handlers.set(JOIN_GROUP_API.apiKey, () => answer.promise);
    const joining = join();
    await turns();
    await membership.leave();
    answer.resolve(joinAnswer({ code: BROKER_ERROR.UNKNOWN_MEMBER_ID }));
    await expect(joining).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(joinedAs).toHaveLength(1);
  });

  it('throws what joining again cannot heal', async () => {
    const denied = setUp([{ code: BROKER_ERROR.GROUP_AUTHORIZATION_FAILED }]);
    await expect(denied.join()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    const moved = setUp([{ code: BROKER_ERROR.COORDINATOR_LOAD_IN_PROGRESS }]);
    await expect(moved.join()).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', retryable: true });
  });
});
