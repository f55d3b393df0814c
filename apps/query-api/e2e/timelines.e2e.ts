import { timelineStatements, timelineTable } from '@hercules/cassandra';
import type { Timeline } from '@hercules/metadata';
import {
  decodeTimelineContent,
  encodeEvent,
  encodeTimelineState,
  eventId,
  type HerculesEvent,
  msToTicks,
  tag,
  ticksToMs,
  type TimelineState,
  timetrapOffset,
} from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import { QueryStand } from './support/query-stand.ts';

jest.setTimeout(60_000);

const EMPTY = Buffer.alloc(4);
const TRAP_MS = 1000;
const SLICES = 4;

describe('Timeline API', () => {
  const stand = new QueryStand();
  const timeline: Timeline = {
    name: 'timeline',
    slices: SLICES,
    shardingKey: [],
    ttl: 3_600_000,
    timetrapSize: TRAP_MS,
    streams: ['s'],
    filters: [],
  };
  /** Ten seconds of events, one each 50 ms, in slices by turns. */
  const start = msToTicks(Math.floor(Date.now() / TRAP_MS) * TRAP_MS - 60_000);
  const events: HerculesEvent[] = [];
  const sliceOf = (i: number) => i % SLICES;
  const end = start + msToTicks(10_000);

  const read = (query: string, state: Buffer = EMPTY) =>
    stand.ask(`/timeline/read?timeline=timeline&${query}`, { method: 'POST', body: state, headers: { apiKey: stand.apiKey } });
  const content = async (query: string, state?: Buffer) => {
    const { status, headers, body } = await read(query, state);
    expect([status, headers['content-type'], headers['content-length']]).toEqual([200, 'application/octet-stream', String(body.length)]);
    const decoded = decodeTimelineContent(body);
    return { state: decoded.state, events: decoded.events.map(({ uuid }) => uuid) };
  };
  const uuids = (wanted: readonly HerculesEvent[]) => wanted.map(({ uuid }) => uuid);
  /** By bucket, then slice, then event id. */
  const inOrder = (indexes: readonly number[]): number[] => {
    const keyOf = (i: number) => [timetrapOffset(events[i]!.timestamp, TRAP_MS), sliceOf(i), i] as const;
    return [...indexes].sort((a, b) => {
      const [x, y] = [keyOf(a), keyOf(b)];
      return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
    });
  };
  const all = () => events.map((_, i) => i);

  beforeAll(async () => {
    await stand.open();
    const table = timelineTable(stand.keyspace, timeline.name);
    await stand.cassandra.execute(timelineStatements.create(table, timeline.ttl), [], { prepare: false });
    for (let i = 0; i < 200; i++) {
      const event = { ...stand.event({ n: tag.integer(i) }), timestamp: start + msToTicks(50 * i) };
      events.push(event);
      const parameters = [
        sliceOf(i),
        BigInt(timetrapOffset(event.timestamp, TRAP_MS)),
        eventId(event.timestamp, event.uuid),
        encodeEvent(event),
      ];
      await stand.cassandra.execute(timelineStatements.insert(table), parameters, { prepare: true });
    }
    await stand.createTimeline(timeline);
    await stand.setRule('timeline', 'read');
    await waitUntil(
      'the timeline is known',
      10_000,
      async () => (await read(`shardIndex=0&shardCount=1&take=1&from=1&to=2`)).status === 200,
    );
  });

  afterAll(() => stand.close());

  it('gives all events of an interval, by bucket, slice and id', async () => {
    const page = await content(`shardIndex=0&shardCount=1&take=1000&from=${start}&to=${end}`);
    expect(page.events).toEqual(uuids(inOrder(all()).map((i) => events[i]!)));
  });

  it('gives exactly the interval, its end left out', async () => {
    const [from, to] = [events[33]!.timestamp, events[66]!.timestamp];
    const page = await content(`shardIndex=0&shardCount=1&take=1000&from=${from}&to=${to}`);
    const wanted = inOrder(all().filter((i) => i >= 33 && i < 66));
    expect(page.events).toEqual(uuids(wanted.map((i) => events[i]!)));
  });

  it('gives them page by page with the state carried along, each once', async () => {
    const found: string[] = [];
    let state: TimelineState = [];
    for (let pages = 0; pages < 100; pages++) {
      const page = await content(`shardIndex=0&shardCount=1&take=17&from=${start}&to=${end}`, encodeTimelineState(state));
      if (page.events.length === 0) break;
      expect(page.events.length).toBeLessThanOrEqual(17);
      found.push(...page.events);
      state = page.state;
    }
    expect(found).toEqual(uuids(inOrder(all()).map((i) => events[i]!)));
  });

  it('shares the slices out among logical readers', async () => {
    const page = await content(`shardIndex=1&shardCount=2&take=1000&from=${start}&to=${end}`);
    expect(page.events).toEqual(uuids(inOrder(all().filter((i) => sliceOf(i) % 2 === 1)).map((i) => events[i]!)));
    expect(page.state.map(({ slice }) => slice).sort()).toEqual([1, 3]);
  });

  it('returns the state of a reader without slices as it came', async () => {
    const state: TimelineState = [{ slice: 2, ttOffset: 5n, eventId: eventId(7n, events[0]!.uuid) }];
    expect(await content(`shardIndex=9&shardCount=10&take=5&from=${start}&to=${end}`, encodeTimelineState(state))).toEqual({
      state,
      events: [],
    });
  });

  it('marks empty buckets as read', async () => {
    const from = end + msToTicks(5000);
    const page = await content(`shardIndex=0&shardCount=4&take=5&from=${from}&to=${from + msToTicks(2000)}`);
    expect(page.events).toEqual([]);
    expect(page.state).toEqual([{ slice: 0, ttOffset: BigInt(ticksToMs(from) + 2000), eventId: Buffer.alloc(24) }]);
  });

  it.each<[string, string]>([
    ['no from', `shardIndex=0&shardCount=1&take=1&to=${end}`],
    ['from 0', `shardIndex=0&shardCount=1&take=1&from=0&to=${end}`],
    ['to that is no number', `shardIndex=0&shardCount=1&take=1&from=1&to=x`],
    ['take 0', `shardIndex=0&shardCount=1&take=0&from=${start}&to=${end}`],
    ['shardIndex not below shardCount', `shardIndex=1&shardCount=1&take=1&from=${start}&to=${end}`],
    ['an interval of 30 buckets', `shardIndex=0&shardCount=1&take=1&from=${start}&to=${start + msToTicks(30 * TRAP_MS)}`],
  ])('refuses %s', async (_what, query) => expect((await read(query)).status).toBe(400));

  it('takes an interval a tick shorter than 30 buckets', async () => {
    const query = `shardIndex=0&shardCount=1&take=1&from=${start}&to=${start + msToTicks(30 * TRAP_MS) - 1n}`;
    expect((await read(query)).status).toBe(200);
  });

  it.each([Buffer.alloc(0), Buffer.from([0, 0, 0, 1, 2]), Buffer.from([0xff, 0xff, 0xff, 0xff])])('refuses the state %p', async (body) => {
    expect((await read(`shardIndex=0&shardCount=1&take=1&from=${start}&to=${end}`, body)).status).toBe(400);
  });

  it('knows ready timelines only', async () => {
    await stand.setRule('pending', 'read');
    await stand.createTimeline({ ...timeline, name: 'pending', state: 'creating', task: 't' } as Timeline);
    const ask = (name: string) =>
      stand.ask(`/timeline/read?timeline=${name}&shardIndex=0&shardCount=1&take=1&from=1&to=2`, { method: 'POST', body: EMPTY });
    await waitUntil('the rule is known', 10_000, async () => (await ask('pending')).status === 404);
    expect((await ask('somebody_elses')).status).toBe(403);
  });

  it('answers 503 when its table is not there', async () => {
    await stand.createTimeline({ ...timeline, name: 'timeline_2' });
    await stand.setRule('timeline_2', 'read');
    const query = `/timeline/read?timeline=timeline_2&shardIndex=0&shardCount=1&take=1&from=${start}&to=${end}`;
    await waitUntil('it is known', 10_000, async () => (await stand.ask(query, { method: 'POST', body: EMPTY })).status === 503);
  });
});
