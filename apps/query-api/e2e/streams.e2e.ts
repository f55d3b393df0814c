import {
  decodeStreamContent,
  decodeStreamState,
  decompressLz4Block,
  encodeEvent,
  encodeStreamState,
  type StreamState,
  tag,
} from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import { QueryStand } from './support/query-stand.ts';

jest.setTimeout(60_000);

const EMPTY = Buffer.alloc(4);
const byPartition = (a: { partition: number }, b: { partition: number }) => a.partition - b.partition;

describe('Stream API', () => {
  const stand = new QueryStand();
  let stream: string;
  let sent: Buffer[];

  const read = (query: string, state: Buffer = EMPTY, headers: Record<string, string> = {}) =>
    stand.ask(`/stream/read?${query}`, { method: 'POST', body: state, headers: { apiKey: stand.apiKey, ...headers } });
  const content = async (query: string, state?: Buffer) => {
    const { status, body, headers } = await read(query, state);
    expect([status, headers['content-type'], headers['content-length']]).toEqual([200, 'application/octet-stream', String(body.length)]);
    const { state: after, events } = decodeStreamContent(body);
    return { state: [...after].sort(byPartition), events: events.map((event) => encodeEvent(event)) };
  };

  beforeAll(async () => {
    await stand.open();
    stream = await stand.createStream('logs');
    await stand.setRule(`logs_${stand.suffix}`, 'read');
    await stand.setRule(`only_written_${stand.suffix}`, 'write', `other_${'1'.repeat(32)}`);
    await waitUntil(
      'the stream is known',
      10_000,
      async () => (await read(`stream=${stream}&shardIndex=0&shardCount=1&take=1`)).status === 200,
    );
    sent = await stand.send(
      stream,
      Array.from({ length: 300 }, (_, i) => stand.event({ n: tag.integer(i) })),
    );
  });

  afterAll(() => stand.close());

  it('is read to its end with the state carried along, each event once', async () => {
    const all: Buffer[] = [];
    let state: StreamState = [];
    for (;;) {
      const page = await content(`stream=${stream}&shardIndex=0&shardCount=1&take=70&timeoutMs=500`, encodeStreamState(state));
      state = page.state;
      if (page.events.length === 0) break;
      expect(page.events.length).toBeLessThanOrEqual(70);
      all.push(...page.events);
    }
    const sorted = (events: Buffer[]) => events.map((bytes) => bytes.toString('hex')).sort();
    expect(sorted(all)).toEqual(sorted(sent));
    const end = await stand.ask(`/stream/seekToEnd?stream=${stream}&shardIndex=0&shardCount=1`);
    expect([...decodeStreamState(end.body)].sort(byPartition)).toEqual(state);
  });

  it('keeps the order of a partition', async () => {
    const { events, state } = await content(`stream=${stream}&shardIndex=1&shardCount=3&take=1000&timeoutMs=500`);
    expect(events).toEqual(sent.filter((_, i) => i % 3 === 1));
    expect(state).toEqual([{ partition: 1, offset: 100n }]);
  });

  it('gives a logical reader without partitions an empty state', async () => {
    expect(await content(`stream=${stream}&shardIndex=5&shardCount=6&take=5`, encodeStreamState([{ partition: 1, offset: 7n }]))).toEqual({
      state: [],
      events: [],
    });
  });

  it('returns offsets beyond the end as they are, and ignores other partitions', async () => {
    const state = encodeStreamState([
      { partition: 0, offset: 5000n },
      { partition: 77, offset: 3n },
    ]);
    const page = await content(`stream=${stream}&shardIndex=0&shardCount=3&take=5&timeoutMs=500`, state);
    expect(page).toEqual({ state: [{ partition: 0, offset: 5000n }], events: [] });
  });

  it('returns an offset that no log will ever reach as it is', async () => {
    const state = [{ partition: 0, offset: 2n ** 63n - 1n }];
    const page = await content(`stream=${stream}&shardIndex=0&shardCount=3&take=5&timeoutMs=500`, encodeStreamState(state));
    expect(page).toEqual({ state, events: [] });
  });

  it('reads a stream at once that is younger than its connections', async () => {
    const young = await stand.createStream('logs_young');
    await stand.setRule(young, 'read');
    await stand.send(young, [stand.event()]);
    const ask = () => read(`stream=${young}&shardIndex=0&shardCount=1&take=1`);
    await waitUntil('the stream is known', 10_000, async () => ![403, 404].includes((await ask()).status));
    expect((await Promise.all(Array.from({ length: 8 }, ask))).map(({ status }) => status)).toEqual(new Array(8).fill(200));
  });

  it('lets as many wait as it has connections', async () => {
    const end = (await stand.ask(`/stream/seekToEnd?stream=${stream}&shardIndex=0&shardCount=1`)).body;
    const waiting = Array.from({ length: 16 }, () => read(`stream=${stream}&shardIndex=0&shardCount=1&take=1&timeoutMs=500`, end));
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(new Array(16).fill(200));
  });

  it('goes on where the state says', async () => {
    const state = encodeStreamState([{ partition: 0, offset: 42n }]);
    const page = await content(`stream=${stream}&shardIndex=0&shardCount=3&take=1&timeoutMs=500`, state);
    expect(page).toEqual({ state: [{ partition: 0, offset: 43n }], events: [sent[42 * 3]] });
  });

  it.each(['lz4', 'gzip, lz4;q=0.5'])('packs answers for Accept-Encoding: %s', async (accept) => {
    const { status, headers, body } = await read(`stream=${stream}&shardIndex=0&shardCount=3&take=50`, EMPTY, {
      'accept-encoding': accept,
    });
    expect([status, headers['content-encoding'], headers['content-length']]).toEqual([200, 'lz4', String(body.length)]);
    const plain = decompressLz4Block(body, Number(headers['original-content-length']));
    expect(plain).toHaveLength(Number(headers['original-content-length']));
    expect(decodeStreamContent(plain).events).toHaveLength(50);
  });

  it.each(['gzip', 'lz4;q=0', 'identity'])('does not for Accept-Encoding: %s', async (accept) => {
    const { headers } = await read(`stream=${stream}&shardIndex=0&shardCount=3&take=1`, EMPTY, { 'accept-encoding': accept });
    expect(headers['content-encoding']).toBeUndefined();
  });

  it('waits for events as long as it is told to, and no longer when they come', async () => {
    const end = (await stand.ask(`/stream/seekToEnd?stream=${stream}&shardIndex=0&shardCount=1`)).body;
    const waiting = content(`stream=${stream}&shardIndex=0&shardCount=1&take=1&timeoutMs=10000`, end);
    const [bytes] = await stand.send(stream, [stand.event()]);
    expect((await waiting).events).toEqual([bytes]);
  });

  it.each<[string, string, number]>([
    ['no parameters', '', 400],
    ['no shardIndex', 'shardCount=1&take=1', 400],
    ['shardIndex -1', 'shardIndex=-1&shardCount=1&take=1', 400],
    ['shardCount 0', 'shardIndex=0&shardCount=0&take=1', 400],
    ['shardIndex not below shardCount', 'shardIndex=1&shardCount=1&take=1', 400],
    ['take 0', 'shardIndex=0&shardCount=1&take=0', 400],
    ['timeoutMs 499', 'shardIndex=0&shardCount=1&take=1&timeoutMs=499', 400],
    ['timeoutMs 10001', 'shardIndex=0&shardCount=1&take=1&timeoutMs=10001', 400],
  ])('refuses %s', async (_what, query, status) => {
    expect((await read(`stream=${stream}&${query}`)).status).toBe(status);
  });

  it.each<[string, Buffer]>([
    ['an empty body', Buffer.alloc(0)],
    ['a truncated state', Buffer.from([0, 0, 0, 1, 0])],
    ['a negative count', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a negative offset', encodeStreamState([{ partition: 0, offset: -1n }])],
  ])('refuses %s', async (_what, body) => {
    expect((await read(`stream=${stream}&shardIndex=0&shardCount=1&take=1`, body)).status).toBe(400);
  });

  it('checks key, length, name and right in this order', async () => {
    const path = `/stream/read?shardIndex=0&shardCount=1&take=1`;
    const ask = async (query: string, headers: Record<string, string>, body?: Buffer) =>
      (await stand.ask(`${path}${query}`, { method: 'POST', headers, body: body ?? EMPTY })).status;
    const chunked = { apiKey: stand.apiKey, 'transfer-encoding': 'chunked' };
    const known = { apiKey: stand.apiKey };
    expect(await ask('', {})).toBe(401);
    expect((await stand.ask(path, { method: 'POST', headers: chunked })).status).toBe(411);
    expect(await ask('', known)).toBe(400);
    expect(await ask(`&stream=${stream}`, { apiKey: `other_${'1'.repeat(32)}` })).toBe(401);
    expect(await ask('&stream=somebody_elses', known)).toBe(403);
    await stand.setRule('unknown_*', 'read');
    await waitUntil('the rule is known', 10_000, async () => (await ask('&stream=unknown_stream', known)) === 404);
  });
});
