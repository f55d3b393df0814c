import { eventIdBase64, tag } from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import { QueryStand } from './support/query-stand.ts';

jest.setTimeout(60_000);

interface Line {
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly document: { readonly n: number; readonly host: string };
}

describe('events of a stream by time of arrival', () => {
  const stand = new QueryStand();
  let stream: string;
  let between: number;
  const early: Buffer[] = [];
  const late: Buffer[] = [];

  const lines = async (query: string): Promise<{ events: Line[]; next: string; complete: boolean }> => {
    const { status, body, headers } = await stand.ask(`/streams/${stream}/events?${query}`);
    expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson']);
    const parsed = body
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line & { next: string; complete: boolean });
    const { next, complete } = parsed.pop()!;
    return { events: parsed, next, complete };
  };
  const ids = (events: readonly Buffer[]) => events.map((bytes) => eventIdBase64(bytes)).sort();
  const event = (n: number) => stand.event({ n: tag.integer(n), host: tag.string(`host${n % 2}`) });

  beforeAll(async () => {
    await stand.open();
    stream = await stand.createStream('events');
    await stand.setRule(`events_${stand.suffix}`, 'read');
    await waitUntil('the stream is known', 10_000, async () => (await stand.ask(`/streams/${stream}/events`)).status === 200);
    early.push(
      ...(await stand.send(
        stream,
        Array.from({ length: 60 }, (_, n) => event(n)),
      )),
    );
    // Kafka keeps whole milliseconds, so the next one must have begun on both sides of the border.
    between = Date.now() + 1;
    await waitUntil('the millisecond is over', 1000, () => Promise.resolve(Date.now() > between));
    late.push(
      ...(await stand.send(
        stream,
        Array.from({ length: 40 }, (_, n) => event(100 + n)),
      )),
    );
  });

  afterAll(() => stand.close());

  it('come as JSON lines, all of them or those of an interval', async () => {
    const all = await lines('');
    expect(all.events.map(({ id }) => id).sort()).toEqual(ids([...early, ...late]));
    expect(all.complete).toBe(true);
    expect(all.events[0]).toMatchObject({ offset: 0, document: { host: expect.stringContaining('host') as string } });
    expect((await lines(`from=${between}`)).events.map(({ id }) => id).sort()).toEqual(ids(late));
    expect((await lines(`to=${new Date(between).toISOString()}`)).events.map(({ id }) => id).sort()).toEqual(ids(early));
    expect((await lines('from=-1h')).events).toHaveLength(100);
    expect((await lines('from=-1h&to=-30m')).events).toHaveLength(0);
  });

  it('can be filtered and sampled', async () => {
    const filter = encodeURIComponent(
      JSON.stringify([{ path: 'n', condition: { type: 'range', left: 10, right: 20, inclusiveLeft: true } }]),
    );
    const { events } = await lines(`filter=host=host1&filter=${filter}`);
    expect(events.map(({ document }) => document.n).sort((a, b) => a - b)).toEqual([11, 13, 15, 17, 19]);
    const sample = (await lines('sample=0.5')).events;
    expect(sample.length).toBeGreaterThan(20);
    expect(sample.length).toBeLessThan(80);
    expect((await lines('sample=0.5')).events).toEqual(sample);
    expect((await lines('sample=0')).events).toEqual([]);
  });

  it('go on from a cursor', async () => {
    const found: string[] = [];
    let query = 'limit=30';
    for (let complete = false; !complete;) {
      const page = await lines(query);
      expect(page.events.length).toBeLessThanOrEqual(30);
      found.push(...page.events.map(({ id }) => id));
      ({ complete } = page);
      query = `limit=30&cursor=${page.next}`;
    }
    expect(found.sort()).toEqual(ids([...early, ...late]));
  });

  it('come as they are, with their lengths', async () => {
    const { status, headers, body, trailers } = await stand.ask(`/streams/${stream}/events?format=binary`);
    expect([status, headers['content-type']]).toEqual([200, 'application/octet-stream']);
    const events: Buffer[] = [];
    for (let at = 0; at < body.length;) {
      const length = body.readInt32BE(at);
      events.push(body.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    expect(ids(events)).toEqual(ids([...early, ...late]));
    expect(trailers['x-hercules-next']).toMatch(/^\d+:\d+(,\d+:\d+){2}$/);
  });

  it.each(['from=yesterday', 'to=-5', 'limit=0', 'format=xml', 'cursor=1', 'filter=nonsense', 'filter=[{"path":1}]', 'sample=2'])(
    'refuse %s',
    async (query) => expect((await stand.ask(`/streams/${stream}/events?${query}`)).status).toBe(400),
  );

  it('need the read right, and a stream', async () => {
    expect((await stand.ask(`/streams/${stream}/events`, { headers: {} })).status).toBe(401);
    expect((await stand.ask('/streams/somebody_elses/events')).status).toBe(403);
    await stand.setRule('missing', 'read');
    await waitUntil('the rule is known', 10_000, async () => (await stand.ask('/streams/missing/events')).status === 404);
  });
});
