import type { SpawnedApp } from '../src/spawn-app.ts';
import { metricOf, ReplayStand } from './replay-stand.ts';

jest.setTimeout(120_000);

const EVENTS = 3000;
const stand = new ReplayStand();
let sink: SpawnedApp;
let stream: string;
/** The documents as the live sink has written them. */
let live: string[];
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
