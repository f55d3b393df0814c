import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchingProducer, KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import { encodeEvent, type HerculesEvent, type Logger, tag, TickClock, uuidToBytes, UuidV1Generator } from '@hercules/protocol';
import { AppProcess, freePort, runApp, waitUntil } from '@hercules/service/testing';

jest.setTimeout(60_000);

const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const [LINES, PICKLE, RENDER] = (process.env['HERCULES_TEST_GRAPHITE'] ?? '127.0.0.1:2003,127.0.0.1:2004,http://127.0.0.1:8080').split(
  ',',
) as [string, string, string];
const ENTRY = join(__dirname, '..', 'src', 'main.ts');
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Sinks on a real Kafka and a real Graphite. */
describe('graphite-sink', () => {
  const suffix = randomBytes(4).toString('hex');
  const topic = `metrics_e2e_${suffix}`;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), SILENT);
  const admin = new KafkaAdmin(cluster);
  const producer = new BatchingProducer(cluster, {}, SILENT);
  const clock = new TickClock();
  const uuids = new UuidV1Generator();
  const folder = mkdtempSync(join(tmpdir(), 'graphite-sink-'));
  const apps: AppProcess[] = [];
  const servers: Server[] = [];

  const metric = (tags: readonly (readonly [string, string])[], value: number): HerculesEvent => ({
    version: 1,
    timestamp: clock.now(),
    uuid: uuids.next(),
    payload: new Map([
      ['value', tag.double(value)],
      [
        'tags',
        tag.vector(
          'container',
          tags.map(
            ([key, text]) =>
              new Map([
                ['key', tag.string(key)],
                ['value', tag.string(text)],
              ]),
          ),
        ),
      ],
    ]),
  });
  const plain = (name: string, value: number) =>
    metric(
      name.split('.').map((segment) => ['segment', segment]),
      value,
    );
  const send = async (...events: HerculesEvent[]) => {
    await Promise.all(events.map((event) => producer.sendOne(topic, uuidToBytes(event.uuid), encodeEvent(event))));
  };
  const startSink = async (env: Readonly<Record<string, string>>): Promise<AppProcess> => {
    const app = new AppProcess({
      entry: ENTRY,
      env: {
        HERCULES_HTTP_PORT: String(await freePort()),
        HERCULES_KAFKA_BROKERS: BROKERS,
        HERCULES_SINK_PATTERNS: topic,
        HERCULES_SINK_GROUP_ID: `e2e_${randomBytes(4).toString('hex')}`,
        HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${suffix}`,
        HERCULES_SINK_LINGER_MS: '20',
        HERCULES_SINK_RETRY_MAX_MS: '300',
        ...env,
      },
    });
    apps.push(app);
    await app.waitForStatus(200, 30_000);
    return app;
  };
  /** The values that Graphite has of a target. */
  const drawn = async (target: string): Promise<{ target: string; values: number[] }[]> => {
    const query = new URLSearchParams({ target, format: 'json', from: '-10min', noNullPoints: 'true', noCache: 'true' });
    const series = (await (await fetch(`${RENDER}/render?${query.toString()}`)).json()) as {
      target: string;
      datapoints: [number, number][];
    }[];
    return series
      .map(({ target: name, datapoints }) => ({ target: name, values: datapoints.map(([value]) => value) }))
      .filter(({ values }) => values.length > 0);
  };
  /** A server that takes lines and closes as carbon does. */
  const lineServer = (): Promise<{ port: number; lines: () => string[] }> => {
    let text = '';
    const server = createServer((socket) => socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)));
    servers.push(server);
    const lines = () => text.split('\n').filter((line) => line !== '');
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as { port: number }).port, lines })),
    );
  };

  beforeAll(async () => {
    await cluster.connect();
    await producer.start();
    await admin.createTopic({ topic, partitions: 2, replicationFactor: 1, configs: {} });
  });

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.kill()));
    for (const server of servers.splice(0)) server.close();
  });

  afterAll(async () => {
    await producer.close(5000);
    for (const name of await admin.listTopics()) if (name.endsWith(suffix)) await admin.deleteTopic(name);
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  it('draws plain metrics, whose dots and other characters are replaced', async () => {
    await startSink({ HERCULES_GRAPHITE_LOCAL_ENDPOINTS: LINES });
    await send(
      plain(`e2e.${suffix}.plain`, 1.5),
      metric(
        [
          ['a', `e2e`],
          ['b', suffix],
          ['c', 'with.dots and ü'],
        ],
        2.25,
      ),
    );
    await waitUntil('both are drawn', 20_000, async () => (await drawn(`e2e.${suffix}.*`)).length === 2);
    expect((await drawn(`e2e.${suffix}.*`)).map(({ target, values }) => [target, values[0]]).sort()).toEqual([
      [`e2e.${suffix}.plain`, 1.5],
      [`e2e.${suffix}.with_dots_and__`, 2.25],
    ]);
  });

  it.each([
    ['plaintext', LINES],
    ['pickle', PICKLE],
  ])('draws tagged metrics by %s', async (protocol, endpoint) => {
    await startSink({ HERCULES_GRAPHITE_LOCAL_ENDPOINTS: endpoint, HERCULES_GRAPHITE_PROTOCOL: protocol, HERCULES_GRAPHITE_TAGS: 'true' });
    const name = `e2e_${suffix}_${protocol}`;
    await send(
      metric(
        [
          ['project', 'shop'],
          ['_name', name],
          ['host', 'a'],
        ],
        7,
      ),
      metric(
        [
          ['_name', name],
          ['host', 'b'],
        ],
        -0.125,
      ),
    );
    const target = `seriesByTag('name=${name}')`;
    await waitUntil('both are drawn', 20_000, async () => (await drawn(target)).length === 2);
    expect((await drawn(target)).map((series) => [series.target, series.values[0]]).sort()).toEqual([
      [`${name};host=a;project=shop;subproject=null`, 7],
      [`${name};host=b`, -0.125],
    ]);
  });

  it('passes over what is no metric, and puts what is no event aside', async () => {
    const { port, lines } = await lineServer();
    const sink = await startSink({ HERCULES_GRAPHITE_LOCAL_ENDPOINTS: `127.0.0.1:${port}` });
    const metricWith = (changes: Record<string, ReturnType<typeof tag.double>>) => {
      const event = plain(`only.${suffix}`, 1);
      return { ...event, payload: new Map([...event.payload, ...Object.entries(changes)]) };
    };
    await send(metricWith({ value: tag.double(Infinity) }), metricWith({ aggregationType: tag.string('sum') }), metricWith({}));
    await producer.sendOne(topic, null, Buffer.from('no event'));
    const count = async (name: string) =>
      Number(new RegExp(`^hercules_sink_${name}_total (\\d+)`, 'm').exec((await sink.request('/metrics')).body)?.[1]);
    const found = () => lines().filter((line) => line.startsWith(`only.${suffix} `));
    // The topic has two partitions, and metrics of the tests before.
    await waitUntil(
      'all are dealt with',
      30_000,
      async () => (await count('dead_lettered_records')) >= 1 && (await count('filtered_records')) >= 2 && found().length > 0,
    );
    expect(found()).toHaveLength(1);
  });

  it('turns to remote endpoints while no local one can be reached', async () => {
    const { port, lines } = await lineServer();
    const sink = await startSink({
      HERCULES_GRAPHITE_LOCAL_ENDPOINTS: `127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`,
      HERCULES_GRAPHITE_REMOTE_ENDPOINTS: `127.0.0.1:${port}`,
    });
    await send(plain(`remote.${suffix}`, 3));
    await waitUntil('the point is there', 20_000, () =>
      Promise.resolve(lines().some((line) => line.startsWith(`remote.${suffix} 3.000000 `))),
    );
    const shows = async (pattern: RegExp) => pattern.test((await sink.request('/metrics')).body);
    await waitUntil('it is counted', 10_000, () => shows(/^hercules_graphite_remote_batches_total [1-9]/m));
    expect(await shows(/^hercules_graphite_frozen_endpoints 2$/m)).toBe(true);
  });

  it('waits for a Graphite that is not there, and loses nothing', async () => {
    const port = await freePort();
    const sink = await startSink({ HERCULES_GRAPHITE_LOCAL_ENDPOINTS: `127.0.0.1:${port}` });
    await send(plain(`patient.${suffix}`, 4));
    await waitUntil('it has tried', 20_000, async () => /^hercules_sink_store_available 0$/m.test((await sink.request('/metrics')).body));
    expect((await sink.request('/status')).status).toBe(200);
    let text = '';
    const server = createServer((socket) => socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)));
    servers.push(server);
    server.listen(port, '127.0.0.1');
    await waitUntil('the point has come', 20_000, () => Promise.resolve(text.includes(`patient.${suffix} 4.000000 `)));
  });

  it('filters by files of rules', async () => {
    const [acl, list] = [join(folder, 'metrics.acl'), join(folder, 'list.tfl')];
    writeFileSync(acl, `# who may pass\nDENY filtered.${suffix}.secret\nPERMIT filtered.*\n`);
    writeFileSync(list, 'segment=*hidden*\n');
    const { port, lines } = await lineServer();
    const groupId = `filters_${suffix}`;
    await startSink({
      HERCULES_SINK_GROUP_ID: groupId,
      HERCULES_GRAPHITE_LOCAL_ENDPOINTS: `127.0.0.1:${port}`,
      HERCULES_METRIC_FILTERS: JSON.stringify([
        { type: 'acl', path: acl },
        { type: 'tagList', path: list },
      ]),
    });
    const names = ['open', 'secret', 'is_hidden_too'].map((name) => `filtered.${suffix}.${name}`);
    await send(...names.map((name) => plain(name, 1)), plain(`other.${suffix}`, 1), plain(`filtered.${suffix}.last`, 1));
    // They are in two partitions, so that the last one may come before others.
    await waitUntil('all are dealt with', 30_000, async () => (await admin.groupLag(groupId, topic)) === 0);
    const passed = lines()
      .map((line) => line.split(' ')[0]!)
      .filter((name) => name.includes(suffix));
    expect(passed.sort()).toEqual([`filtered.${suffix}.last`, `filtered.${suffix}.open`]);
  });

  it('does not start with a bad rule', async () => {
    const acl = join(folder, 'bad.acl');
    writeFileSync(acl, 'PERMIT a.b\nALLOW a.c\n');
    const { end, stderr } = await runApp({
      entry: ENTRY,
      env: {
        HERCULES_HTTP_PORT: '0',
        HERCULES_KAFKA_BROKERS: BROKERS,
        HERCULES_METRIC_FILTERS: JSON.stringify([{ type: 'acl', path: acl }]),
      },
    });
    expect(end).not.toBe(0);
    expect(stderr).toContain(`${acl}:2: expected PERMIT or DENY`);
  });
});
