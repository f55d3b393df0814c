import type { Logger } from '@hercules/protocol';
import { ReplayJobs } from '@hercules/replay';
import type { SpawnedApp } from '../src/spawn-app.ts';
import { waitFor } from '../src/wait-for.ts';
import { metricOf, newLogEvents, ReplayStand } from './replay-stand.ts';

jest.setTimeout(120_000);

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const EVENTS = 3000;
const stand = new ReplayStand();
let sink: SpawnedApp;
let stream: string;
/** The documents as the live sink has written them. */
let live: string[];
/** Events of which some are of a version that nobody knows. */
function mixedEvents(): { bytes: Buffer[]; good: number } {
  const bytes = newLogEvents('mixed', 20);
  for (const event of bytes.slice(0, 3)) event[0] = 2;
  return { bytes, good: bytes.length - 3 };
}
const target = (suffix?: string) => ({ type: 'sink', sink: stand.sinkName, ...(suffix === undefined ? {} : { suffix }) });

beforeAll(async () => {
  await stand.open();
  stream = await stand.createStream('logs_shop');
  sink = await stand.startElasticSink();
  await stand.send(stream, 'shop', EVENTS);
  live = await stand.waitForDocuments(`${stand.indexPrefix}shop-*`, EVENTS);
});
afterAll(async () => {
  await stand.close();
  await stand.cleanElasticsearch();
});

it('writes the last hour into a fresh index: the same documents under the same ids, and the live sink notices nothing', async () => {
  const consumedBefore = await metricOf(sink, 'hercules_sink_consumed_records_total');
  const { id } = await stand.replay({ stream, target: target('fresh') });
  const { percent, records, progress } = await stand.waitForState(id, 'done');
  expect({ percent, records }).toEqual({ percent: 100, records: EVENTS });
  expect(progress!.counts).toEqual({ read: EVENTS, filtered: 0, written: EVENTS, duplicated: 0, deadLettered: 0, expired: 0 });
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*-fresh`)).toEqual(live);
  expect(await metricOf(sink, 'hercules_sink_consumed_records_total')).toBe(consumedBefore);
  expect(await metricOf(sink, 'hercules_replay_written_records_total')).toBe(EVENTS);
});

it('goes through the live indexes without doubling anything', async () => {
  const { id } = await stand.replay({ stream, target: target() });
  const { progress } = await stand.waitForState(id, 'done');
  expect(progress!.counts).toMatchObject({ written: EVENTS, duplicated: EVENTS });
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*,-*-fresh`)).toEqual(live);
});

it('holds its rate, rests when it is paused, and goes on where it was', async () => {
  // So slow that it is still under way when this process is held up for some seconds.
  const eventsPerSecond = 300;
  /** A portion lies ready at the beginning, and the last one goes before it is paid for; in seconds of the rate. */
  const ahead = 0.2;
  const startedAt = Date.now();
  const { id } = await stand.replay({ stream, target: target('slow'), eventsPerSecond });
  await stand.waitForReplay(id, 'has begun', ({ progress }) => (progress?.counts.written ?? 0) > 0);
  expect((await stand.post(`/replays/pause?id=${id}`)).status).toBe(200);
  const paused = await stand.waitForState(id, 'paused');
  const pausedAt = Date.now();
  const written = (await stand.documentIds(`${stand.indexPrefix}shop-*-slow`)).length;
  expect(written).toBeLessThan(EVENTS);
  expect(paused.percent).toBeLessThan(100);
  expect(paused.progress!.counts.written).toBe(written);
  expect(written).toBeLessThanOrEqual(((pausedAt - startedAt) / 1000 + ahead) * eventsPerSecond);

  expect((await stand.post(`/replays/resume?id=${id}`)).status).toBe(200);
  const done = await stand.waitForState(id, 'done');
  expect(done.progress!.counts.written).toBe(EVENTS);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual((EVENTS / eventsPerSecond - ahead) * 1000);
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*-slow`)).toEqual(live);
});

it('is completed by another instance when its executor is killed, and nothing is doubled', async () => {
  const { id } = await stand.replay({ stream, target: target('killed'), eventsPerSecond: 300 });
  await stand.waitForReplay(id, 'is on its way', ({ percent }) => (percent ?? 0) > 20);
  await sink.kill();
  const halfway = await stand.show(id);
  expect(halfway.percent).toBeLessThan(100);
  sink = await stand.startElasticSink();
  const done = await stand.waitForState(id, 'done', 60_000);
  expect(done.progress!.attempt).toBeGreaterThan(halfway.progress!.attempt);
  const { written, duplicated } = done.progress!.counts;
  expect(written - duplicated).toBeLessThanOrEqual(EVENTS);
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*-killed`)).toEqual(live);
});

it('is handed over by an executor that stops', async () => {
  const other = await stand.startElasticSink();
  const { id } = await stand.replay({ stream, target: target('handed'), eventsPerSecond: 300 });
  await stand.waitForReplay(id, 'is on its way', ({ percent }) => (percent ?? 0) > 10, 60_000);
  const [executor, heir] = (await metricOf(sink, 'hercules_replay_executor')) === 1 ? [sink, other] : [other, sink];
  expect(await executor.stop()).toBe(0);
  sink = heir;
  const { progress } = await stand.waitForState(id, 'done', 60_000);
  // What was under way was finished and written down, so nothing was read twice.
  expect(progress!.counts).toMatchObject({ read: EVENTS, written: EVENTS, duplicated: 0 });
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*-handed`)).toEqual(live);
});

it('is not taken back by an executor that was frozen and thought dead', async () => {
  const { id } = await stand.replay({ stream, target: target('frozen'), eventsPerSecond: 300 });
  await stand.waitForReplay(id, 'is on its way', ({ percent }) => (percent ?? 0) > 10, 60_000);
  const frozen = sink;
  frozen.child.kill('SIGSTOP');
  sink = await stand.startElasticSink();
  const done = await stand.waitForState(id, 'done', 60_000);
  frozen.child.kill('SIGCONT');
  await waitFor(async () => (await metricOf(frozen, 'hercules_replay_running_jobs')) === 0, 30_000, 'the frozen executor has given up');
  expect(await stand.show(id)).toEqual(expect.objectContaining({ state: 'done' }));
  expect(done.progress!.partitions.map(({ next }) => next)).toEqual([EVENTS / 2, EVENTS / 2]);
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*-frozen`)).toEqual(live);
  // Whoever reads the topic anew sees the last word too.
  const jobs = new ReplayJobs(stand.cluster, { topic: `hercules_replays_${stand.suffix}` }, SILENT);
  await jobs.start();
  try {
    await waitFor(() => Promise.resolve(jobs.get(id)?.progress?.state === 'done'), 10_000, 'the topic says that it is done');
  } finally {
    await jobs.stop();
  }
  expect(await frozen.stop()).toBe(0);
});

it('is cancelled for good', async () => {
  const { id } = await stand.replay({ stream, target: target('cancelled'), eventsPerSecond: 100 });
  await stand.waitForReplay(id, 'has begun', ({ progress }) => (progress?.counts.written ?? 0) > 0);
  expect((await stand.post(`/replays/cancel?id=${id}`)).status).toBe(200);
  await stand.waitForState(id, 'cancelled');
  const resumed = await stand.post(`/replays/resume?id=${id}`);
  expect(resumed).toEqual({ status: 409, text: `The replay '${id}' is cancelled and cannot go on any more` });
});

it('takes only what passes the filters, and counts it before', async () => {
  const filters = [{ path: 'number', condition: { type: 'range', left: 0, right: 100, inclusiveLeft: true } }];
  const dry = await stand.replay({ stream, target: target('some'), filters, dryRun: true });
  const counted = await stand.waitForState(dry.id, 'done');
  expect(counted.progress!.counts).toMatchObject({ read: EVENTS, filtered: EVENTS - 100, written: 100 });
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*-some`)).toEqual([]);
  const { id } = await stand.replay({ stream, target: target('some'), filters });
  const { progress } = await stand.waitForState(id, 'done');
  expect(progress!.counts).toMatchObject({ read: EVENTS, filtered: EVENTS - 100, written: 100 });
  expect(await stand.documentIds(`${stand.indexPrefix}shop-*-some`)).toHaveLength(100);
});

it('answers a dry run without filters at once', async () => {
  const answer = await stand.replay({ stream, target: target(), dryRun: true });
  expect(answer).toEqual({
    dryRun: true,
    records: EVENTS,
    partitions: [0, 1].map((partition) => ({ partition, start: 0, end: EVENTS / 2 })),
  });
  const nothing = await stand.replay({ stream, target: target(), dryRun: true, from: '-2h', to: '-1h' });
  expect(nothing).toMatchObject({ records: 0 });
});

it('ends at once when there is nothing in the range', async () => {
  const { id } = await stand.replay({ stream, target: target('empty'), from: '-2h', to: '-1h' });
  expect(await stand.waitForState(id, 'done')).toMatchObject({ percent: 100, records: 0, progress: { counts: { read: 0 } } });
});

it('copies into another stream: the same bytes under the same keys, which its own sink stores like any event', async () => {
  const copy = await stand.createStream('logs_copy');
  const source = await stand.createStream('audit');
  await stand.send(source, 'copied', 500);
  const { id } = await stand.replay({ stream: source, target: { type: 'stream', stream: copy } });
  const { progress } = await stand.waitForState(id, 'done');
  expect(progress!.counts).toMatchObject({ read: 500, written: 500, deadLettered: 0 });
  const copies = await stand.records(copy);
  expect(copies).toHaveLength(500);
  expect(copies).toEqual(await stand.records(source));
  await stand.waitForDocuments(`${stand.indexPrefix}copied-*`, 500);
});

it('is known to a management API that was killed and starts anew, which goes on with its own', async () => {
  const copy = await stand.createStream('restarted_copy');
  const paused = await stand.replay({ stream, target: target('rests'), eventsPerSecond: 100 });
  await stand.post(`/replays/pause?id=${paused.id}`);
  await stand.waitForState(paused.id, 'paused');
  const { id } = await stand.replay({ stream, target: { type: 'stream', stream: copy }, eventsPerSecond: 300 });
  await stand.waitForReplay(id, 'is on its way', ({ percent }) => (percent ?? 0) > 20);
  await stand.killApi();
  await stand.startApi();
  expect(await stand.show(paused.id)).toMatchObject({ state: 'paused', stream });
  const { progress } = await stand.waitForState(id, 'done', 60_000);
  expect(progress!.attempt).toBeGreaterThan(1);
  // Kafka gives a copy no id of its own: what was under way when the executor was killed may be there twice, and nothing is missing.
  expect([...new Set(await stand.records(copy))]).toEqual(await stand.records(stream));
});

it('is copied into another stream by derived-streams where the management API executes none', async () => {
  const copy = await stand.createStream('derived_copy');
  await stand.killApi();
  await stand.startApi({ HERCULES_REPLAYS_ENABLED: 'false' });
  const executor = 'derived-streams-of-the-test';
  const derivedStreams = await stand.startApp('apps/derived-streams/src/main.ts', { HERCULES_INSTANCE_ID: executor });
  const { id } = await stand.replay({ stream, target: { type: 'stream', stream: copy } });
  const { progress } = await stand.waitForState(id, 'done', 60_000);
  expect(progress).toMatchObject({ executor, counts: { read: EVENTS, written: EVENTS, deadLettered: 0 } });
  expect(await stand.records(copy)).toEqual(await stand.records(stream));
  await derivedStreams.stop();
  await stand.killApi();
  await stand.startApi();
});

it('gives what can never be stored to the dead letters, and goes on', async () => {
  const mixed = await stand.createStream('logs_mixed');
  const { bytes, good } = mixedEvents();
  await stand.sendBytes(mixed, bytes);
  await stand.waitForDocuments(`${stand.indexPrefix}mixed-*`, good);
  const { id } = await stand.replay({ stream: mixed, target: target('mixed') });
  const { progress } = await stand.waitForState(id, 'done');
  expect(progress!.counts).toMatchObject({ read: bytes.length, written: good, deadLettered: bytes.length - good });
});

describe('what is refused', () => {
  it.each([
    ['a stream that is not there', { stream: 'logs_nowhere' }, 404, "There is no stream 'logs_nowhere'"],
    ['a range that ends before it begins', { from: '-1m', to: '-2m' }, 400, 'Invalid replay: from: expected a time before to'],
    [
      'a range that is still to come',
      { from: Date.now() + 3_600_000, to: Date.now() + 7_200_000 },
      400,
      'from: expected a time before now',
    ],
    ['a time before there were any', { from: '-99999d' }, 400, 'from: expected a time: ISO 8601, ms since 1970'],
    ['a time that is none', { from: 'yesterday' }, 400, 'from: expected a time: ISO 8601, ms since 1970'],
    [
      'a target that is none',
      { target: { type: 'tape' } },
      400,
      "target.type: expected a target with a 'type' of sink, timeline or stream",
    ],
    ['a suffix that is no name', { target: { type: 'sink', sink: 'x', suffix: 'A b' } }, 400, 'target.suffix: expected a suffix'],
    ['a timeline that is not there', { target: { type: 'timeline', timeline: 'nowhere' } }, 404, "There is no timeline 'nowhere'"],
    ['no rate', { eventsPerSecond: 0 }, 400, 'eventsPerSecond: expected a number of events from 1, got 0'],
  ])('%s', async (_what, request, status, text) => {
    const answer = await stand.post('/replays', { stream, from: '-1h', target: target(), ...request });
    expect(answer).toEqual({ status, text: expect.stringContaining(text) as string });
  });

  it('the stream itself as the target', async () => {
    const answer = await stand.post('/replays', { stream, from: '-1h', target: { type: 'stream', stream } });
    expect(answer.status).toBe(400);
  });

  it('by its executor: a stream that the sink does not read', async () => {
    const foreign = await stand.createStream('metrics_shop');
    await stand.send(foreign, 'shop', 1);
    const { id } = await stand.replay({ stream: foreign, target: target() });
    const { progress } = await stand.waitForState(id, 'failed');
    expect(progress!.error).toBe(`the sink ${stand.sinkName} is for streams named logs_*_${stand.suffix}, not for ${foreign}`);
  });
});

describe('rights', () => {
  const reader = `reader_${'0'.repeat(32)}`;
  const manager = `manager_${'1'.repeat(32)}`;
  const copier = `copier_${'2'.repeat(32)}`;

  beforeAll(async () => {
    await stand.post(`/rules/set?key=${reader}&pattern=${stream}&rights=r--`);
    await stand.post(`/rules/set?key=${manager}&pattern=${stream}&rights=r-m`);
    await stand.post(`/rules/set?key=${copier}&pattern=none&rights=rwm`);
  });

  it('to read is to count and to look on; to manage is to start and to end', async () => {
    const request = { stream, from: '-1h', target: target('rights'), eventsPerSecond: 1 };
    expect((await stand.post('/replays', { ...request, dryRun: true }, `apiKey ${reader}`)).status).toBe(200);
    expect((await stand.post('/replays', request, `apiKey ${reader}`)).status).toBe(401);
    const started = await stand.post('/replays', request, `apiKey ${manager}`);
    expect(started.status).toBe(200);
    const { id } = JSON.parse(started.text) as { id: string };
    expect((await stand.get(`/replays/info?id=${id}`, `apiKey ${reader}`)).status).toBe(200);
    expect((await stand.get(`/replays/info?id=${id}`, `apiKey ${copier}`)).status).toBe(403);
    expect((await stand.get('/replays', `apiKey ${reader}`)).text).toContain(id);
    expect((await stand.get('/replays', `apiKey ${copier}`)).text).toBe('[]');
    expect(JSON.parse((await stand.get('/replays?limit=1', `apiKey ${reader}`)).text)).toEqual([expect.objectContaining({ id })]);
    expect((await stand.post(`/replays/cancel?id=${id}`, undefined, `apiKey ${reader}`)).status).toBe(401);
    expect((await stand.post(`/replays/cancel?id=${id}`, undefined, `apiKey ${manager}`)).status).toBe(200);
    await stand.waitForState(id, 'cancelled');
  });

  it('to read is to end a dry run too, which one may begin', async () => {
    const filters = [{ path: 'number', condition: { type: 'exist' } }];
    const request = { stream, from: '-1h', target: target(), eventsPerSecond: 1, dryRun: true, filters };
    const started = await stand.post('/replays', request, `apiKey ${reader}`);
    const { id } = JSON.parse(started.text) as { id: string };
    expect((await stand.post(`/replays/cancel?id=${id}`, undefined, `apiKey ${copier}`)).status).toBe(403);
    expect((await stand.post(`/replays/cancel?id=${id}`, undefined, `apiKey ${reader}`)).status).toBe(200);
    await stand.waitForState(id, 'cancelled');
  });

  it('to copy takes the right to write the other stream', async () => {
    const copy = await stand.createStream('rights_copy');
    const request = { stream, from: '-1h', target: { type: 'stream', stream: copy } };
    expect((await stand.post('/replays', request, `apiKey ${manager}`)).status).toBe(401);
  });
});
