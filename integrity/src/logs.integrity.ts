import { readFileSync } from 'node:fs';
import { KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { descendantsOf } from '@hercules/stack';
import { waitFor } from '@hercules/testing';
import { AcknowledgedLoad } from './acknowledged-load.ts';
import { appMetric } from './app-metric.ts';
import { BinaryBatches } from './binary-batches.ts';
import { LOG_STREAM, LogDelivery } from './log-delivery.ts';
import { LogEvents } from './log-events.ts';
import { OtlpLogBatches } from './otlp-log-batches.ts';
import { outage } from './outage.ts';
import { storedDocuments } from './stored-documents.ts';
import { acknowledgedMore, expectAllStoredOnce } from './stored-once.ts';

/** Memory that no process may pass, whatever is down. */
const MAX_GATEWAY_MEGABYTES = 300;

/**
 * Kills and outages under load, on real servers: three Kafka brokers (replication factor 3, min.insync.replicas 2), Elasticsearch, two gateway workers, the
 * sink. After each one every acknowledged event must be in Elasticsearch, once.
 */
describe('every acknowledged event is found in Elasticsearch once', () => {
  let delivery: LogDelivery;
  let load: AcknowledgedLoad | undefined;
  let runs = 0;

  beforeAll(async () => {
    delivery = await LogDelivery.start();
  });

  afterEach(async () => {
    await load?.stop();
    load = undefined;
  });

  afterAll(() => delivery?.stop());

  function startLoad(): { load: AcknowledgedLoad; runId: string } {
    const runId = `run-${process.pid}-${++runs}`;
    load = new AcknowledgedLoad(new BinaryBatches(delivery.platform.target(LOG_STREAM), new LogEvents(runId)));
    return { load, runId };
  }

  function gatewayWorkers(): number[] {
    return descendantsOf([delivery.platform.gateway.pid]).map(({ pid }) => pid);
  }

  it('SIGKILL of a gateway worker', async () => {
    const { load, runId } = startLoad();
    await acknowledgedMore(load, 500);
    const workers = gatewayWorkers();
    expect(workers).toHaveLength(2);
    process.kill(workers[0]!, 'SIGKILL');
    await acknowledgedMore(load, 1000);
    await waitFor(() => gatewayWorkers().length === 2, 60_000, 'the killed worker is replaced');
    await expectAllStoredOnce(load, () => storedDocuments(delivery.client, runId));
  });

  it('SIGKILL of the gateway, with all its workers, under OTLP load', async () => {
    const runId = `run-${process.pid}-${++runs}`;
    load = new AcknowledgedLoad(new OtlpLogBatches(delivery.platform.target(LOG_STREAM), runId));
    for (let kills = 0; kills < 3; kills++) {
      await acknowledgedMore(load, 500);
      const workers = gatewayWorkers();
      await delivery.platform.gateway.kill();
      for (const pid of workers) killIfThere(pid);
      await delivery.platform.startGateway();
    }
    await acknowledgedMore(load, 500);
    expect(load.answers.get(0)).toBeGreaterThan(0);
    await expectAllStoredOnce(load, () => storedDocuments(delivery.client, runId, 'eventKey'));
  });

  it('SIGKILL of the sink', async () => {
    const { load, runId } = startLoad();
    await waitFor(async () => (await storedDocuments(delivery.client, runId)).size > 500, 60_000, 'the sink is at work');
    await delivery.sink.kill();
    await acknowledgedMore(load, 500);
    await delivery.startSink();
    await acknowledgedMore(load, 500);
    await expectAllStoredOnce(load, () => storedDocuments(delivery.client, runId));
  });

  it('SIGKILL of the leader of a partition', async () => {
    const { load, runId } = startLoad();
    await acknowledgedMore(load, 500);
    const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: delivery.platform.kafka.bootstrap.split(',') }), silent);
    await cluster.connect();
    const leader = cluster.leaderOf(LOG_STREAM, 0);
    await cluster.close();
    await delivery.platform.kafka.killBroker(leader);
    await acknowledgedMore(load, 1000, 90_000);
    await delivery.platform.kafka.startBroker(leader);
    await delivery.platform.kafka.waitUntilReady();
    await acknowledgedMore(load, 500);
    await expectAllStoredOnce(load, () => storedDocuments(delivery.client, runId));
  });

  it('Elasticsearch away for 20 s', async () => {
    const { load, runId } = startLoad();
    await acknowledgedMore(load, 500);
    await delivery.elasticsearch.stop();
    const before = load.acknowledged.size;
    await outage();
    expect(load.acknowledged.size).toBeGreaterThan(before);
    await delivery.elasticsearch.start();
    await acknowledgedMore(load, 500);
    await expectAllStoredOnce(load, () => storedDocuments(delivery.client, runId));
    expect(await appMetric(delivery.sink.url, 'hercules_sink_dead_lettered_records_total')).toBe(0);
  });

  it('Kafka away for 20 s: the gateway refuses, keeps its memory, and goes on without a restart', async () => {
    const { load, runId } = startLoad();
    await acknowledgedMore(load, 500);
    const gatewayPid = delivery.platform.gateway.pid;
    await Promise.all(delivery.platform.kafka.ids.map((id) => delivery.platform.kafka.killBroker(id)));
    let largest = 0;
    await outage(() => {
      for (const pid of gatewayWorkers()) largest = Math.max(largest, residentMegabytes(pid));
    });
    await waitFor(() => (load.answers.get(503) ?? 0) > 0, 60_000, 'the gateway answers 503');
    await delivery.platform.kafka.start();
    await acknowledgedMore(load, 1000, 90_000);
    expect(largest).toBeLessThan(MAX_GATEWAY_MEGABYTES);
    expect(delivery.platform.gateway.pid).toBe(gatewayPid);
    expect(await Promise.race([delivery.platform.gateway.exited, Promise.resolve('runs')])).toBe('runs');
    await expectAllStoredOnce(load, () => storedDocuments(delivery.client, runId));
  });

  it('SIGTERM of everything under load', async () => {
    const { load, runId } = startLoad();
    await acknowledgedMore(load, 500);
    expect(await Promise.all([delivery.platform.gateway.stop(), delivery.sink.stop()])).toEqual([0, 0]);
    await Promise.all([delivery.platform.startGateway(), delivery.startSink()]);
    await acknowledgedMore(load, 500);
    await expectAllStoredOnce(load, () => storedDocuments(delivery.client, runId));
    const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: delivery.platform.kafka.bootstrap.split(',') }), silent);
    await cluster.connect();
    const admin = new KafkaAdmin(cluster);
    await waitFor(
      async () => (await admin.groupLag('hercules.elastic-sink.logs_*', LOG_STREAM)) === 0,
      30_000,
      'every record is committed',
    );
    await cluster.close();
  });
});

/** A worker whose master is gone ends by itself, maybe before this. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function residentMegabytes(pid: number): number {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return (Number(line?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0; // it has just ended
  }
}
