import type { IncomingMessage } from 'node:http';
import { type HerculesEvent, tag } from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import { QueryStand } from './support/query-stand.ts';

jest.setTimeout(60_000);

/** What a client has received so far: the lines of server-sent events. */
class Followed {
  text = '';
  isClosed = false;
  readonly response: IncomingMessage;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    response.on('close', () => (this.isClosed = true));
    response.on('error', () => undefined);
  }

  get documents(): { n: number }[] {
    const data = this.text.split('\n\n').filter((event) => event.startsWith('data: '));
    return data.map((event) => (JSON.parse(event.slice('data: '.length)) as { document: { n: number } }).document);
  }
}

describe('following a stream', () => {
  const stand = new QueryStand();
  let stream: string;

  const follow = async (query = ''): Promise<Followed> => {
    const response = await stand.askOpen(`/streams/${stream}/tail?${query}`);
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/event-stream']);
    return new Followed(response);
  };
  const events = (from: number, count: number): HerculesEvent[] =>
    Array.from({ length: count }, (_, i) => stand.event({ n: tag.integer(from + i), text: tag.string('x'.repeat(200)) }));
  /** The stream is followed from its end, which is found a moment after the answer begins: sends until something comes. */
  const untilItFlows = (client: Followed): Promise<unknown> =>
    waitUntil('events come', 10_000, async () => {
      await stand.send(stream, events(-1, 1));
      return client.documents.length > 0;
    });
  const seen = ({ documents }: Followed) => documents.map(({ n }) => n).filter((n) => n >= 0);

  beforeAll(async () => {
    await stand.open({ HERCULES_STREAMS_MAX_TAILS: '3', HERCULES_STREAMS_TAIL_BUFFER_BYTES: '65536' });
    stream = await stand.createStream('tailed');
    await stand.setRule(`tailed_${stand.suffix}`, 'read');
    await waitUntil('the stream is known', 10_000, async () => (await stand.ask(`/streams/${stream}/events`)).status === 200);
    await stand.send(stream, events(-100, 50));
  });

  // The service hears a moment later that a client has gone, and has room for three.
  beforeEach(() =>
    waitUntil('nobody follows', 30_000, async () => /^hercules_query_tails 0$/m.test((await stand.ask('/metrics')).body.toString())),
  );

  afterAll(() => stand.close());

  it('gives what comes from now on, to each client what he asks for', async () => {
    const [all, some] = [
      await follow(),
      await follow('filter=' + encodeURIComponent('[{"path":"n","condition":{"type":"numerical_equality","value":7}}]')),
    ];
    await untilItFlows(all);
    await stand.send(stream, events(0, 20));
    await waitUntil('all events have come', 10_000, () => Promise.resolve(seen(all).length === 20 && seen(some).length === 1));
    expect(seen(all).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(seen(some)).toEqual([7]);
    expect(all.documents.some(({ n }) => n < -1)).toBe(false);
    for (const client of [all, some]) client.response.destroy();
  });

  it('drops what a slow client does not take, and says how much', async () => {
    const slow = await follow();
    await untilItFlows(slow);
    slow.response.pause();
    const dropped = async () =>
      Number(/^hercules_query_tail_dropped_events_total (\d+)/m.exec((await stand.ask('/metrics')).body.toString())?.[1]);
    await waitUntil('events are dropped', 30_000, async () => {
      await stand.send(stream, events(1000, 500));
      return (await dropped()) > 0;
    });
    slow.response.resume();
    await waitUntil('the client is told', 20_000, async () => {
      await stand.send(stream, events(5000, 1));
      return slow.text.includes('event: dropped');
    });
    expect(/event: dropped\ndata: \{"events":\d+\}/.test(slow.text)).toBe(true);
    slow.response.destroy();
  });

  it('refuses more clients than it is to have', async () => {
    const clients = [await follow(), await follow(), await follow()];
    expect((await stand.ask(`/streams/${stream}/tail`)).status).toBe(503);
    for (const client of clients) client.response.destroy();
    await waitUntil('there is room again', 10_000, async () => {
      const response = await stand.askOpen(`/streams/${stream}/tail`);
      response.destroy();
      return response.statusCode === 200;
    });
  });

  it('ends when the right is taken away, also for a client that takes nothing', async () => {
    const [client, stuck] = [await follow(), await follow()];
    await untilItFlows(client);
    stuck.response.pause();
    await stand.setRule(`tailed_${stand.suffix}`, 'read', stand.apiKey, false);
    await waitUntil('the client is sent away', 30_000, () => Promise.resolve(client.isClosed));
    expect(client.text).toContain('event: closed');
    await stand.send(stream, events(2000, 50));
    expect((await stand.ask('/status')).status).toBe(200);
    stuck.response.destroy();
    expect([401, 403]).toContain((await stand.ask(`/streams/${stream}/tail`)).status);
    await stand.setRule(`tailed_${stand.suffix}`, 'read');
  });

  it('ends when the service stops', async () => {
    await waitUntil('the right is back', 10_000, async () => (await stand.ask(`/streams/${stream}/events?limit=1`)).status === 200);
    const client = await follow();
    stand.app.signal('SIGTERM');
    expect(await stand.app.waitForEnd(30_000)).toBe(0);
    await waitUntil('the end has come', 30_000, () => client.isClosed);
    expect(client.text).toContain('the service stops');
  });
});
