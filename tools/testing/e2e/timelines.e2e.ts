import {
  encodeEvent,
  eventId,
  type HerculesEvent,
  HPath,
  naiveHash,
  partitionOfHash,
  tag,
  TickClock,
  timetrapOffset,
  UuidV1Generator,
} from '@hercules/protocol';
import type { SpawnedApp } from '../src/spawn-app.ts';
import { waitFor } from '../src/wait-for.ts';
import { TimelineStand } from './timeline-stand.ts';

jest.setTimeout(120_000);

const clock = new TickClock();
const uuids = new UuidV1Generator();

function event(host: string): HerculesEvent {
  const payload = new Map([['host', tag.string(host)]]);
  return { version: 1, timestamp: clock.now(), uuid: uuids.next(), payload };
}

/** The management API and cassandra-sink on a real Kafka and a real Cassandra: a change of a timeline ends with what became of its table. */
describe('timelines', () => {
  const stand = new TimelineStand();
  let api: SpawnedApp;
  let sink: SpawnedApp;
  const definition = (name: string, changes: object = {}) => ({
    name,
    slices: 4,
    shardingKey: ['host'],
    ttl: 3_600_000,
    timetrapSize: 1000,
    streams: [`events_${stand.suffix}`],
    filters: [],
    ...changes,
  });
  const create = (name: string, changes: object = {}) => stand.post(api, '/timelines/create', definition(name, changes));

  beforeAll(async () => {
    await stand.open();
    await stand.createTopic('events');
    [api, sink] = await Promise.all([stand.startManagementApi(), stand.startSink()]);
  });

  afterAll(() => stand.close());

  it('live from creation to deletion with their table', async () => {
    expect(await create('life')).toEqual({ status: 200, text: '' });
    expect(await stand.tableTtl('life')).toBe(3600);
    expect(await stand.list(api)).toContain('life');

    const events = Array.from({ length: 200 }, (_, i) => event(`host${i % 7}`));
    await stand.send(`events_${stand.suffix}`, [...events, ...events.slice(0, 50)]);
    await waitFor(async () => (await stand.rows('life')).length >= events.length, 30_000, 'all events are stored');
    const expected = events.map((sent) => ({
      slice: partitionOfHash(naiveHash(sent, [HPath.parse('host')]), 4),
      ttOffset: BigInt(timetrapOffset(sent.timestamp, 1000)),
      eventId: eventId(sent.timestamp, sent.uuid),
      payload: encodeEvent(sent),
    }));
    const byId = (a: { eventId: Buffer }, b: { eventId: Buffer }) => a.eventId.compare(b.eventId);
    expect((await stand.rows('life')).sort(byId)).toEqual(expected.sort(byId));

    expect(await create('life')).toMatchObject({ status: 409 });
    expect(await stand.post(api, '/timelines/changeTtl?timeline=life&newTtl=7200000')).toMatchObject({ status: 200 });
    expect(await stand.tableTtl('life')).toBe(7200);
    expect(await stand.post(api, '/timelines/delete?timeline=life')).toMatchObject({ status: 200 });
    expect(await stand.tableTtl('life')).toBeUndefined();
    expect(await stand.list(api)).not.toContain('life');
    expect(await stand.post(api, '/timelines/delete?timeline=life')).toMatchObject({ status: 404 });
  });

  it('store only what passes their filters, and read a stream that appears later', async () => {
    const filters = [{ path: 'host', condition: { type: 'string_equality', value: 'b' } }];
    expect(await create('filtered', { filters, shardingKey: [], streams: [`late_${stand.suffix}`] })).toMatchObject({ status: 200 });
    await stand.createTopic('late');
    const events = ['a', 'b', 'c', 'b'].map(event);
    await stand.send(`late_${stand.suffix}`, events);
    await waitFor(async () => (await stand.rows('filtered')).length === 2, 30_000, 'what passes is stored');
    const wanted = events.filter((_, i) => i % 2 === 1).map((sent) => encodeEvent(sent).toString('hex'));
    expect((await stand.rows('filtered')).map(({ payload }) => payload.toString('hex')).sort()).toEqual(wanted.sort());
  });

  it('end in failure when Cassandra refuses, and nothing half-made stays', async () => {
    // Cassandra takes at most 20 years.
    const refused = await create('eternal', { ttl: 1_000_000_000_000 });
    expect(refused).toMatchObject({ status: 500, text: expect.stringContaining('Cassandra refuses: ') as string });
    expect(await stand.list(api)).not.toContain('eternal');
    expect(await create('eternal')).toMatchObject({ status: 200 });
    expect(await stand.post(api, '/timelines/changeTtl?timeline=eternal&newTtl=1000000000000')).toMatchObject({ status: 500 });
    expect(await stand.tableTtl('eternal')).toBe(3600);
    expect(await stand.post(api, '/timelines/changeTtl?timeline=eternal&newTtl=60000')).toMatchObject({ status: 200 });
  });

  it('wait for a sink, through a new leader, and do not hold up other changes', async () => {
    await sink.stop();
    const waiting = await stand.post(api, '/timelines/create?timeoutMs=1000', definition('patient'));
    expect(waiting).toMatchObject({ status: 408, text: expect.stringContaining('cassandra-sink') as string });
    expect(await stand.list(api)).not.toContain('patient');
    expect(await create('patient')).toMatchObject({ status: 409 });
    const stream = { type: 'base', name: `meanwhile_${stand.suffix}`, partitions: 1, shardingKey: [], ttl: 60_000 };
    expect(await stand.post(api, '/streams/create', stream)).toMatchObject({ status: 200 });
    await api.kill();
    [api, sink] = await Promise.all([stand.startManagementApi(), stand.startSink()]);
    await waitFor(async () => ((await stand.list(api)) as string[]).includes('patient'), 40_000, 'the timeline is there');
    expect(await stand.tableTtl('patient')).toBe(3600);
  });

  it('are looked after by two sinks at once, and nothing is lost or doubled when one is killed', async () => {
    const second = await stand.startSink();
    expect(await create('shared', { slices: 16, shardingKey: [] })).toMatchObject({ status: 200 });
    const events = Array.from({ length: 2000 }, (_, i) => event(`host${i}`));
    const stored = async (): Promise<Set<string>> => new Set((await stand.rows('shared')).map(({ eventId: id }) => id.toString('hex')));
    for (let i = 0; i < events.length; i += 500) {
      await stand.send(`events_${stand.suffix}`, events.slice(i, i + 500));
      if (i === 1000) await second.kill();
    }
    const ids = events.map(({ timestamp, uuid }) => eventId(timestamp, uuid).toString('hex'));
    const allStored = async (): Promise<boolean> => {
      const found = await stored();
      return ids.every((id) => found.has(id));
    };
    await waitFor(allStored, 40_000, 'every event is stored').catch((error: Error) => {
      throw new Error(`${error.message}. The output of the sink that lives:\n${sink.output().slice(-20_000)}`);
    });
    const rows = await stand.rows('shared');
    expect(rows.filter(({ eventId: id }) => ids.includes(id.toString('hex')))).toHaveLength(events.length);
  });

  it('come back with the metadata when their keyspace was dropped', async () => {
    await sink.stop();
    await stand.client.execute(`DROP KEYSPACE ${stand.keyspace}`, [], { prepare: false });
    sink = await stand.startSink();
    await waitFor(async () => (await stand.tableTtl('filtered')) === 3600, 30_000, 'the table is made again');
    const [late] = [event('b')];
    await stand.send(`late_${stand.suffix}`, [late]);
    await waitFor(async () => (await stand.rows('filtered')).length === 1, 30_000, 'the event is stored');
  });
});
