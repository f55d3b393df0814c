import { cassandraConfigSchema, createCassandraClient } from '@hercules/cassandra';
import { tag, TickClock, UuidV1Generator } from '@hercules/protocol';
import type { SpawnedApp } from '../src/spawn-app.ts';
import { testServers } from '../src/test-servers.ts';
import { waitFor } from '../src/wait-for.ts';
import { metricOf, newEvent, newLogEvents, ReplayStand } from './replay-stand.ts';

jest.setTimeout(120_000);

const stand = new ReplayStand();
const clock = new TickClock();
const uuids = new UuidV1Generator({ clock });
const client = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [testServers().cassandra] }));
const timelinesKeyspace = `replay_${stand.suffix}`;
const tracingKeyspace = `replay_spans_${stand.suffix}`;
/** All rows of a table as texts, sorted. */
const rows = async (table: string): Promise<string[]> => {
  const result = await client.execute(`SELECT JSON * FROM ${table}`, [], { prepare: false, fetchSize: 50_000 });
  return result.rows.map((row) => String(row['[json]'])).sort();
};
const written = (app: SpawnedApp) => metricOf(app, 'hercules_sink_written_records_total');

beforeAll(async () => {
  await Promise.all([stand.open(), client.connect()]);
});
afterAll(async () => {
  await stand.close();
  for (const keyspace of [timelinesKeyspace, tracingKeyspace])
    await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`, [], { prepare: false });
  await client.shutdown();
});

describe('Cassandra', () => {
  const COUNT = 300;
  let sink: SpawnedApp;
  let logs: string;
  let traces: string;
  let timeline: string;

  beforeAll(async () => {
    logs = await stand.createStream('logs_timeline');
    traces = await stand.createStream('traces_shop');
    sink = await stand.startApp('apps/cassandra-sink/src/main.ts', {
      HERCULES_CASSANDRA_CONTACT_POINTS: testServers().cassandra,
      HERCULES_TIMELINES_KEYSPACE: timelinesKeyspace,
      HERCULES_TRACING_KEYSPACE: tracingKeyspace,
      HERCULES_SINK_PATTERNS: traces,
      HERCULES_SINK_GROUP_ID: `replay_spans_${stand.suffix}`,
      HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${stand.suffix}`,
      HERCULES_SINK_LINGER_MS: '20',
      HERCULES_REPLAYS_NAME: `cassandra-${stand.suffix}`,
    });
    timeline = `tl_${stand.suffix}`;
    const document = { name: timeline, slices: 3, shardingKey: [], ttl: 3_600_000, timetrapSize: 60_000, streams: [logs], filters: [] };
    expect(await stand.post('/timelines/create?timeoutMs=30000', document)).toMatchObject({ status: 200 });
  });

  it('takes a timeline into another table, and once more into its own', async () => {
    await stand.sendBytes(logs, newLogEvents('shop', COUNT));
    const table = `${timelinesKeyspace}."${timeline}"`;
    await waitFor(async () => (await rows(table)).length === COUNT, 30_000, 'the timeline has its rows');
    const live = await rows(table);
    for (const suffix of ['again', undefined]) {
      const { id } = await stand.replay({ stream: logs, target: { type: 'timeline', timeline, suffix } });
      const { progress } = await stand.waitForState(id, 'done');
      expect(progress!.counts).toMatchObject({ read: COUNT, written: COUNT });
    }
    expect(await rows(`${timelinesKeyspace}."${timeline}_again"`)).toEqual(live);
    expect(await rows(table)).toEqual(live);
  });

  it('refuses a stream that the timeline does not store', async () => {
    const { id } = await stand.replay({ stream: traces, target: { type: 'timeline', timeline } });
    const { progress } = await stand.waitForState(id, 'failed');
    expect(progress!.error).toBe(`the timeline '${timeline}' stores ${logs}, not ${traces}`);
  });

  it('takes spans into other tables, as often as they are dropped', async () => {
    const spans = Array.from({ length: COUNT }, () => {
      const begin = clock.now();
      return newEvent({
        traceId: tag.uuid(uuids.next()),
        spanId: tag.uuid(uuids.next()),
        beginTimestampUtc: tag.long(begin),
        endTimestampUtc: tag.long(begin + 500n),
        annotations: tag.container({ application: tag.string('front'), operation: tag.string('GET /') }),
      });
    });
    const before = await written(sink);
    await stand.sendBytes(traces, spans);
    await waitFor(async () => (await written(sink)) === before + COUNT, 30_000, 'the spans are stored');
    const target = { type: 'sink', sink: `cassandra-${stand.suffix}`, suffix: 'again' };
    for (let round = 0; round < 2; round++) {
      const { id } = await stand.replay({ stream: traces, target });
      const { progress } = await stand.waitForState(id, 'done', 60_000);
      expect(progress!.counts).toMatchObject({ read: COUNT, written: COUNT });
      for (const name of ['tracing_spans', 'tracing_index', 'tracing_names']) {
        expect(await rows(`${tracingKeyspace}.${name}_again`)).toEqual(await rows(`${tracingKeyspace}.${name}`));
        await client.execute(`DROP TABLE ${tracingKeyspace}.${name}_again`, [], { prepare: false });
      }
    }
  });
});

describe('Graphite', () => {
  it('takes metrics once more, and has no place for a suffix', async () => {
    const metrics = await stand.createStream('metrics_shop');
    const { plaintext, render } = testServers().graphite;
    const name = `graphite-${stand.suffix}`;
    await stand.startApp('apps/graphite-sink/src/main.ts', {
      HERCULES_GRAPHITE_LOCAL_ENDPOINTS: plaintext,
      HERCULES_SINK_PATTERNS: metrics,
      HERCULES_SINK_GROUP_ID: `replay_metrics_${stand.suffix}`,
      HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${stand.suffix}`,
      HERCULES_SINK_LINGER_MS: '20',
      HERCULES_REPLAYS_NAME: name,
    });
    const path = `replay.${stand.suffix}.orders`;
    const segments = path.split('.').map(
      (segment) =>
        new Map([
          ['key', tag.string('segment')],
          ['value', tag.string(segment)],
        ] as const),
    );
    await stand.sendBytes(metrics, [newEvent({ value: tag.double(42), tags: tag.vector('container', segments) })]);
    const points = async (): Promise<unknown[]> => {
      const answer = await fetch(`${render}/render?target=${path}&from=-1h&format=json&noNullPoints=true`);
      return ((await answer.json()) as { datapoints: unknown[] }[])[0]?.datapoints ?? [];
    };
    await waitFor(async () => (await points()).length === 1, 30_000, 'Graphite has the point');
    const live = await points();
    const { id } = await stand.replay({ stream: metrics, target: { type: 'sink', sink: name } });
    expect((await stand.waitForState(id, 'done')).progress!.counts).toMatchObject({ read: 1, written: 1 });
    expect(await points()).toEqual(live);

    const refused = await stand.replay({ stream: metrics, target: { type: 'sink', sink: name, suffix: 'again' } });
    const { progress } = await stand.waitForState(refused.id, 'failed');
    expect(progress!.error).toBe('Graphite has no indexes or tables: expected a target without a suffix, got "again"');
  });
});
