import { waitFor } from '@hercules/testing';
import { AcknowledgedLoad } from './acknowledged-load.ts';
import { appMetric } from './app-metric.ts';
import { BinaryBatches } from './binary-batches.ts';
import { outage } from './outage.ts';
import { SpanEvents } from './span-events.ts';
import { acknowledgedMore, expectAllStoredOnce } from './stored-once.ts';
import { indexedSpans, storedSpans } from './stored-spans.ts';
import { TRACE_STREAM, TraceDelivery } from './trace-delivery.ts';

/** Kills and outages under load on a real Kafka and a real Cassandra: afterwards every acknowledged span must be found by its ids, once. */
describe('every acknowledged span is found in Cassandra once', () => {
  let delivery: TraceDelivery;
  let load: AcknowledgedLoad | undefined;

  beforeAll(async () => {
    delivery = await TraceDelivery.start();
  });

  afterEach(async () => {
    await load?.stop();
    load = undefined;
  });

  afterAll(() => delivery?.stop());

  function startLoad(): AcknowledgedLoad {
    return (load = new AcknowledgedLoad(new BinaryBatches(delivery.platform.target(TRACE_STREAM), new SpanEvents()), { producers: 2 }));
  }

  async function expectAllFoundOnce(load: AcknowledgedLoad): Promise<void> {
    await expectAllStoredOnce(load, () => storedSpans(delivery.client));
    await expectAllStoredOnce(load, () => indexedSpans(delivery.client));
    expect(await appMetric(delivery.sink.url, 'hercules_sink_dead_lettered_records_total')).toBe(0);
  }

  it('SIGKILL of the sink', async () => {
    const load = startLoad();
    await waitFor(async () => (await storedSpans(delivery.client)).size > 500, 60_000, 'the sink is at work');
    await delivery.sink.kill();
    await acknowledgedMore(load, 500);
    await delivery.startSink();
    await acknowledgedMore(load, 500);
    await expectAllFoundOnce(load);
  });

  it('Cassandra away for 20 s', async () => {
    const load = startLoad();
    await acknowledgedMore(load, 500);
    const sinkPid = delivery.sink.pid;
    await delivery.cassandra.stop();
    const before = load.acknowledged.size;
    await outage();
    expect(load.acknowledged.size).toBeGreaterThan(before);
    expect((await fetch(`${delivery.sink.url}/status`)).status).toBe(200);
    await delivery.cassandra.start();
    await acknowledgedMore(load, 500);
    await expectAllFoundOnce(load);
    expect(delivery.sink.pid).toBe(sinkPid);
  });
});
