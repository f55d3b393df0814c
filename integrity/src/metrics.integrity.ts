import { waitFor } from '@hercules/testing';
import { AcknowledgedLoad } from './acknowledged-load.ts';
import { appMetric } from './app-metric.ts';
import { BinaryBatches } from './binary-batches.ts';
import { METRIC_STREAM, MetricDelivery } from './metric-delivery.ts';
import { MetricEvents } from './metric-events.ts';
import { outage } from './outage.ts';
import { storedPoints } from './stored-points.ts';
import { acknowledgedMore, expectAllStoredOnce } from './stored-once.ts';

/** Kills and outages under load on a real Kafka and a real Graphite: afterwards every acknowledged point must be drawn with its value. */
describe('every acknowledged metric point is present in Graphite', () => {
  let delivery: MetricDelivery;
  let load: AcknowledgedLoad | undefined;
  let runs = 0;

  beforeAll(async () => {
    delivery = await MetricDelivery.start();
  });

  afterEach(async () => {
    await load?.stop();
    load = undefined;
  });

  afterAll(() => delivery?.stop());

  function startLoad(): { load: AcknowledgedLoad; points: () => ReturnType<typeof storedPoints> } {
    const events = new MetricEvents(`run${process.pid}x${++runs}`);
    // 20 points in each of at most 10 batches a second: the seconds before now are enough for four minutes.
    load = new AcknowledgedLoad(new BinaryBatches(delivery.platform.target(METRIC_STREAM), events), { producers: 1, pauseMs: 100 });
    return { load, points: () => storedPoints(delivery.graphite.render, events.target) };
  }

  async function expectAllPresent({ load, points }: ReturnType<typeof startLoad>): Promise<void> {
    await expectAllStoredOnce(load, points);
    expect(await appMetric(delivery.sink.url, 'hercules_sink_dead_lettered_records_total')).toBe(0);
  }

  it('SIGKILL of the sink', async () => {
    const run = startLoad();
    await waitFor(async () => (await run.points()).size > 500, 60_000, 'the sink is at work');
    await delivery.sink.kill();
    await acknowledgedMore(run.load, 500);
    await delivery.startSink();
    await acknowledgedMore(run.load, 500);
    await expectAllPresent(run);
  });

  it('Graphite away for 20 s', async () => {
    const run = startLoad();
    // A whisper file whose making is cut off stays broken: that is Graphite's own affair, so every series has its file first.
    await waitFor(async () => (await run.points()).size > 500, 60_000, 'the points are drawn');
    await acknowledgedMore(run.load, 500);
    const sinkPid = delivery.sink.pid;
    await delivery.graphite.stop();
    const before = run.load.acknowledged.size;
    await outage();
    expect(run.load.acknowledged.size).toBeGreaterThan(before);
    expect((await fetch(`${delivery.sink.url}/status`)).status).toBe(200);
    await delivery.graphite.start();
    await acknowledgedMore(run.load, 500);
    await expectAllPresent(run);
    expect(delivery.sink.pid).toBe(sinkPid);
  });
});
