import { readFileSync } from 'node:fs';
import { KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { descendantsOf } from '@hercules/stack';
import { waitFor } from '@hercules/testing';
import { AcknowledgedLoad } from './acknowledged-load.ts';
import { compareWithStore, storedDocuments } from './stored-documents.ts';
import { API_KEY, STREAM, System } from './system.ts';

const OUTAGE_MS = 20_000;
/** Memory that no process may pass, whatever is down. */
const MAX_GATEWAY_MEGABYTES = 300;

/**
 * Kills and outages under load, on real servers: three Kafka brokers (replication factor 3, min.insync.replicas 2), Elasticsearch, two gateway workers, the
 * sink. After each one every acknowledged event must be in Elasticsearch, once.
 */
describe('every acknowledged event is found in Elasticsearch once', () => {
  let system: System;
  let load: AcknowledgedLoad | undefined;
  let runs = 0;

  beforeAll(async () => {
    system = await System.start();
  });

  afterEach(async () => {
    await load?.stop();
    load = undefined;
  });

  afterAll(() => system?.stop());

  function startLoad(): { load: AcknowledgedLoad; runId: string } {
    const runId = `run-${process.pid}-${++runs}`;
    load = new AcknowledgedLoad({ gateway: system.gatewayUrl, apiKey: API_KEY, stream: STREAM }, runId);
    return { load, runId };
  }

  async function acknowledgedMore(count: number, timeoutMs = 60_000): Promise<void> {
    const goal = load!.acknowledged.size + count;
    await waitFor(() => load!.acknowledged.size >= goal, timeoutMs, `${count} more events are acknowledged`);
  }

  /** Ends the load, waits until the sink has caught up, and compares by id. */
  async function expectAllStoredOnce(runId: string): Promise<void> {
    const { acknowledged } = load!;
    await load!.stop();
    expect(acknowledged.size).toBeGreaterThan(0);
    await waitFor(
      async () => compareWithStore(acknowledged, await storedDocuments(system.client, runId)).missing.length === 0,
      90_000,
      `all ${acknowledged.size} acknowledged events are stored`,
    );
    const { missing, duplicated } = compareWithStore(acknowledged, await storedDocuments(system.client, runId));
    expect({ missing, duplicated }).toEqual({ missing: [], duplicated: [] });
  }

  function gatewayWorkers(): number[] {
    return descendantsOf([system.gateway.pid]).map(({ pid }) => pid);
  }

  it('SIGKILL of a gateway worker', async () => {
    const { runId } = startLoad();
    await acknowledgedMore(500);
    const workers = gatewayWorkers();
    expect(workers).toHaveLength(2);
    process.kill(workers[0]!, 'SIGKILL');
    await acknowledgedMore(1000);
    await waitFor(() => gatewayWorkers().length === 2, 15_000, 'the killed worker is replaced');
    await expectAllStoredOnce(runId);
  });

  it('SIGKILL of the sink', async () => {
    const { runId } = startLoad();
    await waitFor(async () => (await storedDocuments(system.client, runId)).size > 500, 60_000, 'the sink is at work');
    await system.sink.kill();
    await acknowledgedMore(500);
    await system.startSink();
    await acknowledgedMore(500);
    await expectAllStoredOnce(runId);
  });

  it('SIGKILL of the leader of a partition', async () => {
    const { runId } = startLoad();
    await acknowledgedMore(500);
    const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: system.kafka.bootstrap.split(',') }), silent);
    await cluster.connect();
    const leader = cluster.leaderOf(STREAM, 0);
    await cluster.close();
    await system.kafka.killBroker(leader);
    await acknowledgedMore(1000, 90_000);
    await system.kafka.startBroker(leader);
    await system.kafka.waitUntilReady();
    await acknowledgedMore(500);
    await expectAllStoredOnce(runId);
  });

  it('Elasticsearch away for 20 s', async () => {
    const { runId } = startLoad();
    await acknowledgedMore(500);
    await system.elasticsearch.stop();
    const before = load!.acknowledged.size;
    await outage();
    expect(load!.acknowledged.size).toBeGreaterThan(before);
    await system.elasticsearch.start();
    await acknowledgedMore(500);
    await expectAllStoredOnce(runId);
    expect(await metric(system.sink.url, 'hercules_sink_dead_lettered_records_total')).toBe(0);
  });

  it('Kafka away for 20 s: the gateway refuses, keeps its memory, and goes on without a restart', async () => {
    const { runId } = startLoad();
    await acknowledgedMore(500);
    const gatewayPid = system.gateway.pid;
    await Promise.all(system.kafka.ids.map((id) => system.kafka.killBroker(id)));
    let largest = 0;
    await outage(() => {
      for (const pid of gatewayWorkers()) largest = Math.max(largest, residentMegabytes(pid));
    });
    await waitFor(() => (load!.answers.get(503) ?? 0) > 0, 30_000, 'the gateway answers 503');
    await system.kafka.start();
    await acknowledgedMore(1000, 90_000);
    expect(largest).toBeLessThan(MAX_GATEWAY_MEGABYTES);
    expect(system.gateway.pid).toBe(gatewayPid);
    expect(await Promise.race([system.gateway.exited, Promise.resolve('runs')])).toBe('runs');
    await expectAllStoredOnce(runId);
  });

  it('SIGTERM of everything under load', async () => {
    const { runId } = startLoad();
    await acknowledgedMore(500);
    expect(await Promise.all([system.gateway.stop(), system.sink.stop()])).toEqual([0, 0]);
    await Promise.all([system.startGateway(), system.startSink()]);
    await acknowledgedMore(500);
    await expectAllStoredOnce(runId);
    const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: system.kafka.bootstrap.split(',') }), silent);
    await cluster.connect();
    const admin = new KafkaAdmin(cluster);
    await waitFor(async () => (await admin.groupLag('hercules.elastic-sink.logs_*', STREAM)) === 0, 30_000, 'every record is committed');
    await cluster.close();
  });
});

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The length of the outage is what is tested, so here time itself is waited for. */
async function outage(everySecond: () => void = () => undefined): Promise<void> {
  const end = Date.now() + OUTAGE_MS;
  await waitFor(
    () => {
      everySecond();
      return Date.now() >= end;
    },
    OUTAGE_MS + 5000,
    'the outage is over',
  );
}

function residentMegabytes(pid: number): number {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return (Number(line?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0; // it has just ended
  }
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(name) && !candidate.startsWith('#'));
  return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? NaN);
}
