import { CompressionTypes } from 'kafkajs';
import { BatchConsumer } from '../src/consumer.ts';
import type { ConsumerOptions } from '../src/consumer-options.ts';
import { decodeAssignment, decodeSubscription } from '../src/group-assignment.ts';
import { RecordingHandler } from './recording-handler.ts';
import { eventually, TestKafka } from './test-kafka.ts';

jest.setTimeout(60_000);

describe('BatchConsumer', () => {
  const kafka = new TestKafka();
  const running = new Set<BatchConsumer>();

  beforeAll(() => kafka.connect());
  afterAll(() => kafka.close());
  afterEach(async () => {
    await Promise.all([...running].map((consumer) => consumer.stop()));
    running.clear();
  });

  async function start(
    options: ConsumerOptions,
    handler = new RecordingHandler(),
  ): Promise<{ consumer: BatchConsumer; handler: RecordingHandler }> {
    const consumer = new BatchConsumer(kafka.cluster, options, handler, kafka.log);
    handler.consumer = consumer;
    running.add(consumer);
    await consumer.start();
    return { consumer, handler };
  }

  async function stop(consumer: BatchConsumer): Promise<number> {
    running.delete(consumer);
    const startedAt = performance.now();
    await consumer.stop();
    return performance.now() - startedAt;
  }

  it('reads what kafkajs wrote, commits, and goes on from there', async () => {
    const topic = await kafka.createTopic('resume', 3);
    const groupId = `${topic}_group`;
    const first = await kafka.sendNumbered(topic, 'a', 300, 3);
    const one = await start({ groupId, topics: [topic] });
    await eventually('all values of the first run', () => one.handler.values.length === 300);
    expect(one.handler.values.toSorted()).toEqual(first.toSorted());
    expect(one.consumer.lag().map(({ lag }) => lag)).toEqual([100, 100, 100]);
    await one.handler.commit();
    expect((await kafka.committed(groupId)).get(`${topic}/1`)).toBe(100);
    expect(one.consumer.lag()).toEqual([0, 1, 2].map((partition) => ({ topic, partition, lag: 0 })));
    expect(await stop(one.consumer)).toBeLessThan(2000);

    await kafka.sendNumbered(topic, 'b', 30, 3);
    const two = await start({ groupId, topics: [topic] });
    await eventually('the values of the second run', () => two.handler.values.length >= 30);
    expect(two.handler.values.every((value) => value.startsWith('b'))).toBe(true);
    expect(two.consumer.lag().map(({ lag }) => lag)).toEqual([10, 10, 10]);
    expect(two.handler.errors).toEqual([]);
  });

  it('gives the note that was committed with an offset to whoever owns the partition next', async () => {
    const topic = await kafka.createTopic('note', 2);
    const groupId = `${topic}_group`;
    const one = await start({ groupId, topics: [topic] });
    await eventually('the partitions', () => one.handler.assigned.length === 2);
    expect(one.handler.assigned.map(({ committed, metadata }) => [committed, metadata])).toEqual([
      [-1, ''],
      [-1, ''],
    ]);
    const note = JSON.stringify({ counted: 'é'.repeat(1000) });
    await one.consumer.commit([
      { topic, partition: 0, offset: 7, metadata: note },
      { topic, partition: 1, offset: 3 },
    ]);
    await stop(one.consumer);
    const two = await start({ groupId, topics: [topic] });
    await eventually('the partitions', () => two.handler.assigned.length === 2);
    expect(two.handler.assigned.toSorted((a, b) => a.partition - b.partition)).toEqual([
      { topic, partition: 0, committed: 7, metadata: note },
      { topic, partition: 1, committed: 3, metadata: '' },
    ]);
  });

  it('reads gzip and transactions, whose control records move the position', async () => {
    const topic = await kafka.createTopic('batches');
    await kafka.send(topic, [{ key: 'k', value: 'packed', headers: { a: 'b' } }, { value: null }], CompressionTypes.GZIP);
    await kafka.sendInTransaction(topic, 'in a transaction');
    const { consumer, handler } = await start({ groupId: `${topic}_group`, topics: [topic] });
    await eventually('the position behind the control record', () => handler.positions.get(`${topic}/0`) === 4);
    expect(handler.values).toEqual(['packed', '', 'in a transaction']);
    await handler.commit();
    expect(consumer.lag()).toEqual([{ topic, partition: 0, lag: 0 }]);
  });

  it('takes topics that come, grow and go, and no excluded ones', async () => {
    const old = await kafka.createTopic('live_old');
    await kafka.createTopic('live_secret');
    await kafka.send(old, [{ value: 'old' }]);
    const groupId = kafka.name('live_group');
    const options = { groupId, patterns: [kafka.name('live_*')], exclusions: ['*secret'], metadataRefreshMs: 500 };
    const { handler } = await start(options);
    handler.commitOnRevoke = true;
    await eventually('the old topic', () => handler.values.includes('old'));
    expect(handler.keys()).toEqual([`${old}/0`]);

    const born = await kafka.createTopic('live_new', 2);
    await kafka.send(born, [{ value: 'new', partition: 1 }]);
    await eventually('the new topic', () => handler.values.includes('new'));
    expect(handler.keys()).toEqual([`${born}/0`, `${born}/1`, `${old}/0`]);

    await kafka.admin.createPartitions({ topicPartitions: [{ topic: born, count: 3 }] });
    await eventually('the third partition', () => handler.keys().includes(`${born}/2`));
    await kafka.send(born, [{ value: 'grown', partition: 2 }]);
    await eventually('its record', () => handler.values.includes('grown'));

    await kafka.admin.deleteTopics({ topics: [born] });
    await eventually('the topic to be left', () => handler.keys().join() === `${old}/0`);
    await kafka.send(old, [{ value: 'still there' }]);
    await eventually('the other topic to go on', () => handler.values.includes('still there'));
    // What was read before the rebalances has been committed in time, so it did not come again.
    expect(handler.values.toSorted()).toEqual(['grown', 'new', 'old', 'still there']);
    expect(handler.errors).toEqual([]);
  });

  it('starts at the end when told to, but reads what appears later from its beginning', async () => {
    const old = await kafka.createTopic('tail_old');
    await kafka.send(old, [{ value: 'before' }]);
    const options = { groupId: kafka.name('tail_group'), patterns: [kafka.name('tail_*')], fromBeginning: false, metadataRefreshMs: 500 };
    const { handler, consumer } = await start(options);
    await eventually('a known end', () => consumer.lag().length === 1);
    await kafka.send(old, [{ value: 'after' }]);
    await eventually('the record after the start', () => handler.values.includes('after'));
    await handler.commit();
    const born = await kafka.createTopic('tail_new');
    await kafka.send(born, [{ value: 'born' }]);
    await eventually('the record of the new topic', () => handler.values.includes('born'));
    expect(handler.values).toEqual(['after', 'born']);
  });

  it('shares partitions with another member, which tools can see, and takes them back', async () => {
    const topic = await kafka.createTopic('shared', 4);
    const groupId = `${topic}_group`;
    const options = { groupId, topics: [topic] };
    const one = await start(options);
    one.handler.commitOnRevoke = true;
    await eventually('all partitions', () => one.handler.keys().length === 4);
    const first = await kafka.sendNumbered(topic, 'a', 400, 4);
    await eventually('the first records', () => one.handler.values.length === 400);

    const two = await start(options);
    two.handler.commitOnRevoke = true;
    await eventually('two partitions each', () => one.handler.keys().length === 2 && two.handler.keys().length === 2);
    expect([...one.handler.keys(), ...two.handler.keys()].sort()).toEqual([0, 1, 2, 3].map((partition) => `${topic}/${partition}`));
    const described = (await kafka.admin.describeGroups([groupId])).groups[0]!;
    expect(described).toMatchObject({ state: 'Stable', protocolType: 'consumer', protocol: 'roundrobin' });
    expect(described.members.map(({ memberAssignment }) => decodeAssignment(memberAssignment).length)).toEqual([2, 2]);
    expect(decodeSubscription(described.members[0]!.memberMetadata)).toEqual([topic]);

    const second = await kafka.sendNumbered(topic, 'b', 400, 4);
    await eventually('the second records', () => one.handler.values.length + two.handler.values.length === 800);
    expect(await stop(two.consumer)).toBeLessThan(2000);
    await eventually('all partitions again', () => one.handler.keys().length === 4);
    const third = await kafka.sendNumbered(topic, 'c', 400, 4);
    await eventually('the third records', () => one.handler.values.length + two.handler.values.length >= 1200);
    // Everything exactly once: commits at revocation were in time, and nothing of a partition came after it was given away.
    expect([...one.handler.values, ...two.handler.values].toSorted()).toEqual([...first, ...second, ...third].toSorted());
    expect([...one.handler.delivered, ...two.handler.delivered].every(({ owned }) => owned)).toBe(true);
    expect(one.consumer.stats).toMatchObject({ rebalances: 3, errors: 0, refusedOffsets: 0 });
  });

  it('refuses commits of partitions that it does not own, and says so', async () => {
    const topic = await kafka.createTopic('foreign', 2);
    const groupId = `${topic}_group`;
    const { consumer, handler } = await start({ groupId, topics: [topic] });
    await eventually('an assignment', () => handler.keys().length === 2);
    await consumer.commit([
      { topic, partition: 1, offset: 0 },
      { topic, partition: 7, offset: 5 },
    ]);
    expect(consumer.stats).toMatchObject({ commits: 1, refusedOffsets: 1 });
    expect(kafka.log.lines.some(({ fields }) => 'offsets' in fields && fields.offsets === 1)).toBe(true);
    expect([...(await kafka.committed(groupId)).keys()]).toEqual([`${topic}/1`]);
  });

  it('joins again when the group has forgotten it, and reads on without loss', async () => {
    const topic = await kafka.createTopic('forgotten');
    const groupId = `${topic}_group`;
    const { consumer, handler } = await start({ groupId, topics: [topic], sessionTimeoutMs: 6000 });
    await eventually('an assignment', () => handler.assignments === 1);
    await kafka.send(topic, [{ value: 'before' }]);
    await eventually('the record', () => handler.values.length === 1);
    await handler.commit();
    const { memberId } = (await kafka.admin.describeGroups([groupId])).groups[0]!.members[0]!;
    await leaveInItsName(groupId, memberId);
    await expect(handler.commit()).rejects.toMatchObject({ code: 'CONFLICT' });
    await eventually('a new assignment', () => handler.assignments === 2);
    await kafka.send(topic, [{ value: 'after' }]);
    await eventually('the record after', () => handler.values.includes('after'));
    expect(handler.values).toEqual(['before', 'after']);
    await handler.commit();
    expect(consumer.stats.failedCommits).toBe(1);
  });

  it('pauses and resumes a partition, and seeks', async () => {
    const topic = await kafka.createTopic('paused', 2);
    const { consumer, handler } = await start({ groupId: `${topic}_group`, topics: [topic] });
    await eventually('an assignment', () => handler.keys().length === 2);
    consumer.pause(topic, 0);
    await kafka.send(topic, [
      { value: 'zero', partition: 0 },
      { value: 'one', partition: 1 },
    ]);
    await eventually('the other partition', () => handler.values.includes('one'));
    const { fetches } = consumer.stats;
    await eventually('some long polls', () => consumer.stats.fetches >= fetches + 2);
    expect(handler.values).toEqual(['one']);
    consumer.resume(topic, 0);
    await eventually('the paused record', () => handler.values.includes('zero'));
    consumer.seek(topic, 1, 0);
    await eventually('the record again', () => handler.values.length === 3);
    expect(handler.values).toEqual(['one', 'zero', 'one']);
  });

  it('keeps to its memory bound while blocks are not released, and loses nothing', async () => {
    const topic = await kafka.createTopic('bounded', 2);
    const big = 'x'.repeat(50_000);
    for (let sent = 0; sent < 8; sent++) {
      await kafka.send(
        topic,
        Array.from({ length: 10 }, (_, i) => ({ value: `${sent}${i}${big}`, partition: sent % 2 })),
      );
    }
    const handler = new RecordingHandler();
    handler.keepBlocks = true;
    const limits = { maxBufferedBytes: 200_000, maxBytesPerPartition: 100_000 };
    const { consumer } = await start({ groupId: `${topic}_group`, topics: [topic], ...limits }, handler);
    await eventually('a full buffer', () => consumer.stats.bufferedBytes >= 200_000);
    const { fetches } = consumer.stats;
    await eventually('fetching to rest', async () => {
      const before = consumer.stats.fetches;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return consumer.stats.fetches === before;
    });
    expect(consumer.stats.fetches).toBeLessThanOrEqual(fetches + 1);
    expect(handler.values.length).toBeLessThan(80);
    handler.keepBlocks = false;
    for (const block of handler.kept) consumer.release(block);
    await eventually('all records', () => handler.values.length === 80);
    expect(new Set(handler.values).size).toBe(80);
    expect(consumer.stats.bufferedBytes).toBe(0);
  });

  it('reads from the earliest offset when its own has been deleted, and says so aloud', async () => {
    const topic = await kafka.createTopic('expired');
    const groupId = `${topic}_group`;
    await kafka.sendNumbered(topic, 'v', 10);
    await kafka.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '2' }] });
    await kafka.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] });
    const { consumer, handler } = await start({ groupId, topics: [topic] });
    await eventually('what is left', () => handler.values.length === 3);
    expect(handler.values).toEqual(['v7', 'v8', 'v9']);
    expect(consumer.stats.offsetResets).toBe(1);
    expect(handler.errors.map(({ message }) => message).join()).toContain(`offset 2 of ${topic}/0`);
    expect(kafka.log.lines.some(({ level }) => level === 'error')).toBe(true);
  });

  it('brings a block again when the handler throws', async () => {
    const topic = await kafka.createTopic('throwing');
    const handler = new RecordingHandler();
    const onBlock = handler.onBlock.bind(handler);
    let failures = 1;
    handler.onBlock = (block) => {
      if (failures-- > 0) throw new Error('not yet');
      onBlock(block);
    };
    await kafka.send(topic, [{ value: 'stubborn' }]);
    await start({ groupId: `${topic}_group`, topics: [topic] }, handler);
    await eventually('the record', () => handler.values.length === 1);
    expect(handler.errors.map(({ message }) => message)).toEqual(['not yet']);
  });

  it('stops within two seconds even while the group waits for another member', async () => {
    const topic = await kafka.createTopic('slow', 2);
    const options = { groupId: `${topic}_group`, topics: [topic] };
    const slow = new RecordingHandler();
    let letGo = (): void => undefined;
    slow.onRevoked = () => new Promise((resolve) => (letGo = resolve));
    const one = await start(options, slow);
    await eventually('an assignment', () => slow.keys().length === 2);
    const two = await start(options);
    await eventually(
      'the rebalance',
      async () => (await kafka.admin.describeGroups([options.groupId])).groups[0]!.state === 'PreparingRebalance',
    );
    // The second member now waits in its JoinGroup for the first one, which takes its time.
    expect(await stop(two.consumer)).toBeLessThan(2000);
    const { groups } = await kafka.admin.describeGroups([options.groupId]);
    expect(groups[0]!.members).toHaveLength(1);
    expect(await stop(one.consumer)).toBeLessThan(2000);
    letGo();
  });

  it('closes every connection', async () => {
    const topic = await kafka.createTopic('handles');
    const sockets = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
    const before = sockets();
    const { consumer, handler } = await start({ groupId: `${topic}_group`, topics: [topic] });
    await eventually('an assignment', () => handler.keys().length === 1);
    expect(sockets()).toBeGreaterThan(before);
    await stop(consumer);
    await eventually('no more sockets', () => sockets() <= before);
  });

  /** As the coordinator does with a member that has gone silent, only sooner. */
  async function leaveInItsName(groupId: string, memberId: string): Promise<void> {
    const { encodeLeaveGroup, decodeErrorCode, LEAVE_GROUP_API } = await import('../src/group-requests.ts');
    const coordinator = await kafka.cluster.findCoordinator(groupId);
    expect(await kafka.cluster.request(coordinator, LEAVE_GROUP_API, encodeLeaveGroup(groupId, memberId), decodeErrorCode)).toBe(0);
  }
});
