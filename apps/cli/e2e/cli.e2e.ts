import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch, type HerculesEvent, NIL_UUID, tag, TickClock, UuidV1Generator, type Value } from '@hercules/protocol';
import { AppProcess, freePort, waitUntil } from '@hercules/service/testing';

jest.setTimeout(120_000);

const BIN = join(__dirname, '..', 'bin', 'hercules.mjs');
const MASTER_KEY = 'cli-master-key';
const KAFKA = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const CASSANDRA = process.env['HERCULES_TEST_CASSANDRA'] ?? '127.0.0.1:9042';
const ELASTICSEARCH = process.env['HERCULES_TEST_ELASTICSEARCH'] ?? 'http://127.0.0.1:9200';

/** Counts come soon, so that a test does not wait for them. */
const AUDIT = { HERCULES_AUDIT_PUBLISH_INTERVAL_MS: '500' };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Waits until there is something, and returns it; an attempt that throws counts as "not yet". */
const waitFor = <T>(look: () => Promise<T | undefined | false> | T | undefined | false, timeoutMs: number, what: string): Promise<T> =>
  waitUntil(what, timeoutMs, look);

/** The program, as a shell would run it, against the real apps on real servers. */
describe('hercules', () => {
  const suffix = randomBytes(4).toString('hex');
  const named = (name: string): string => `${name}_${suffix}`;
  const apiKey = `cli_${randomBytes(16).toString('hex')}`;
  const apps: AppProcess[] = [];
  const running = new Set<ChildProcess>();
  const clock = new TickClock();
  const uuids = new UuidV1Generator();
  const folder = mkdtempSync(join(tmpdir(), 'hercules-cli-e2e-'));
  let env: Record<string, string>;

  const start = async (name: string, more: Record<string, string>): Promise<string> => {
    const port = String(await freePort());
    const app = new AppProcess({
      entry: join(__dirname, '..', '..', name, 'src', 'main.ts'),
      env: { HERCULES_HTTP_PORT: port, HERCULES_KAFKA_BROKERS: KAFKA, HERCULES_METADATA_TOPIC: named('hercules_meta'), ...AUDIT, ...more },
    });
    apps.push(app);
    await app.waitForStatus(200, 30_000);
    return `http://127.0.0.1:${port}`;
  };
  const launch = (args: readonly string[], more: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, env: { PATH: process.env['PATH'], ...env, ...more } });
    running.add(child);
    child.once('close', () => running.delete(child));
    const seen = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (seen.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (seen.err += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...seen })));
    return { child, seen, ended };
  };
  const run = (args: readonly string[], input = '', more: Record<string, string> = {}): Promise<Ended> => {
    const { child, ended } = launch(args, more);
    child.stdin.end(input);
    return ended;
  };
  /** The JSON that a command prints. */
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, out, err } = await run([...args, '--json']);
    if (code !== 0) throw new Error(`hercules ${args.join(' ')}: ${code} ${err}`);
    return JSON.parse(out) as T;
  };
  const read = async (stream: string, ...more: string[]): Promise<Record<string, unknown>[]> => {
    const { code, out, err } = await run(['read', stream, '--from', '-1h', '--json', ...more]);
    if (code !== 0) throw new Error(err);
    return out.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { document: Record<string, unknown> }).document]));
  };
  const event = (tags: Record<string, Value>): HerculesEvent => ({
    version: 1,
    timestamp: clock.now(),
    uuid: uuids.next(),
    payload: new Map(Object.entries(tags)),
  });

  beforeAll(async () => {
    const managementApi = await start('management-api', {
      HERCULES_TASKS_TOPIC: named('hercules_tasks'),
      HERCULES_DEAD_LETTERS_RESENDINGS_TOPIC: named('hercules_resendings'),
      HERCULES_REPLAYS_TOPIC: named('hercules_replays'),
      HERCULES_MASTER_KEYS: MASTER_KEY,
      HERCULES_DELETE_GRACE_PERIOD_MS: '200',
    });
    const cassandra = {
      HERCULES_CASSANDRA_CONTACT_POINTS: CASSANDRA,
      HERCULES_TIMELINES_KEYSPACE: named('cli'),
      HERCULES_TRACING_KEYSPACE: named('cli_tracing'),
    };
    const [gateway, sink] = await Promise.all([
      start('gateway', { HERCULES_GRPC_PORT: '0' }),
      start('cassandra-sink', {
        ...cassandra,
        HERCULES_SINK_PATTERNS: named('traces'),
        HERCULES_SINK_GROUP_ID: named('cli'),
        HERCULES_SINK_DEAD_LETTER_STREAM: named('dead'),
        HERCULES_SINK_LINGER_MS: '20',
      }),
    ]);
    const queryApi = await start('query-api', { ...cassandra, HERCULES_TRACING_STREAM: named('traces') });
    env = {
      HERCULES_MANAGEMENT_API: managementApi,
      HERCULES_GATEWAY: gateway,
      HERCULES_QUERY_API: queryApi,
      HERCULES_SINKS: `cassandra-sink=${sink}`,
      HERCULES_BROKERS: KAFKA,
      HERCULES_ELASTICSEARCH: ELASTICSEARCH,
      HERCULES_MASTER_KEY: MASTER_KEY,
      HERCULES_API_KEY: apiKey,
    };
    for (const name of ['logs', 'traces', 'dead']) await json('stream', 'create', named(name), '--partitions', '1', '--ttl', '1d');
    await json('rule', 'set', 'env:HERCULES_API_KEY', `*_${suffix}`, 'rw');
    await waitFor(() => read(named('logs')).then(() => true), 30_000, 'the key may read');
    await waitFor(
      async () => (await run(['send', named('dead')], '')).code === 0 && (await run(['send', named('logs')], '{"warm":1}')).code === 0,
      30_000,
      'the key may write',
    );
  });

  afterAll(async () => {
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(apps.map((app) => app.kill()));
    rmSync(folder, { recursive: true });
  });

  it('manages streams', async () => {
    const name = named('made');
    expect(await json('stream', 'create', name, '--partitions', '2', '--ttl', '1d', '--sharding-key', 'host')).toMatchObject({
      partitions: 2,
    });
    expect(await json('stream', 'list')).toContain(name);
    await json('stream', 'ttl', name, '2d');
    await json('stream', 'partitions', name, '3');
    await json('stream', 'description', name, 'what it is');
    expect(await json('stream', 'info', name)).toEqual({
      type: 'base',
      name,
      partitions: 3,
      shardingKey: ['host'],
      ttl: 172_800_000,
      description: 'what it is',
    });
    const again = await run(['stream', 'create', name, '--json']);
    expect([again.code, again.out]).toEqual([1, '']);
    expect(JSON.parse(again.err)).toMatchObject({ error: { code: 'failed', status: 409 } });
    expect((await run(['stream', 'delete', name])).code).toBe(2);
    expect(await json('stream', 'list')).toContain(name);
    await json('stream', 'delete', name, '--yes');
    expect(await json('stream', 'list')).not.toContain(name);
  });

  it('manages timelines', async () => {
    const name = named('timeline');
    await json('timeline', 'create', name, '--streams', named('logs'), '--slices', '2', '--ttl', '1d');
    await json('timeline', 'ttl', name, '2d');
    expect(await json('timeline', 'info', name)).toMatchObject({ slices: 2, ttl: 172_800_000, timetrapSize: 60_000 });
    expect(await json('timeline', 'list')).toEqual([name]);
    await json('timeline', 'delete', name, '--yes');
    expect(await json('timeline', 'list')).toEqual([]);
  });

  it('makes, blocks and revokes keys, and shows them once', async () => {
    const made = await json<{ key: string; listed: string }>('key', 'create', 'shop', '--rule', 'logs_*=rw', '--rule', 'traces_*=r');
    expect(made.key).toMatch(/^shop_[0-9a-f]{32}$/);
    const listed = await run(['key', 'list', '--json']);
    expect(listed.out).not.toContain(made.key);
    const own = async () => (await json<{ key: string }[]>('key', 'list')).find(({ key }) => key === made.listed);
    const rules = [
      { pattern: 'logs_*', rights: 'rw-' },
      { pattern: 'traces_*', rights: 'r--' },
    ];
    expect(await own()).toEqual({ key: made.listed, isBlocked: false, rules });
    await json('key', 'block', 'shop');
    expect(await own()).toMatchObject({ isBlocked: true });
    await json('key', 'unblock', made.listed);
    await json('rule', 'remove', made.listed, 'traces_*');
    expect(await json('rule', 'list', '--key', 'shop_')).toEqual([{ key: made.listed, pattern: 'logs_*', rights: 'rw-' }]);
    expect(await json('key', 'revoke', 'shop', '--yes')).toEqual({ key: made.listed, removedRules: 1, isBlocked: false });
    expect(await own()).toBeUndefined();
  });

  it('manages validations', async () => {
    const filters = [{ path: 'level', condition: { type: 'string_equality', value: 'Info' } }];
    const { key } = await json<{ key: string }>('validation', 'set', 'env:HERCULES_API_KEY', named('other'), '--filter', 'level=Info');
    expect(await json('validation', 'list')).toEqual([{ key, stream: named('other'), filters }]);
    await json('validation', 'delete', key, named('other'));
    expect(await json('validation', 'list')).toEqual([]);
  });

  it('manages quotas', async () => {
    const { key } = await json<{ key: string }>('quota', 'set', 'env:HERCULES_API_KEY', named('*'), '--events-per-second', '1000000');
    expect(await json('quota', 'list')).toEqual([{ key, pattern: named('*'), eventsPerSecond: 1_000_000, burstSeconds: 10 }]);
    await json('quota', 'delete', key, named('*'));
    expect(await json('quota', 'list')).toEqual([]);
  });

  it('replays a stream into another one, and shows how far it is', async () => {
    const [source, copy] = [named('replayed'), named('copied')];
    for (const name of [source, copy]) await json('stream', 'create', name, '--partitions', '1', '--ttl', '1d');
    await waitFor(async () => (await run(['send', source], '{"n":1}\n{"n":2}\n{"n":3}')).code === 0, 30_000, 'the stream takes events');
    const asked = ['replay', 'start', source, '--from', '-1h', '--stream', copy];
    expect(await json(...asked, '--dry-run')).toMatchObject({ dryRun: true, records: 3 });

    const watched = await run([...asked, '--filter', '{"path":"n","condition":{"type":"range","left":1,"right":9}}', '--watch']);
    expect(watched.code).toBe(0);
    expect(watched.out.trim().split('\n').at(-1)).toBe('done, 100.0 %, 2 written, 1 filtered');
    expect(await read(copy)).toHaveLength(2);

    const [shown] = await json<{ id: string; state: string }[]>('replay', 'list');
    expect(shown).toMatchObject({ stream: source, state: 'done', target: { type: 'stream', stream: copy } });
    expect((await run(['replay', 'show', shown!.id.slice(0, 8)])).out).toContain('done, 100.0 %, 2 written, 1 filtered');
    // It is done: nothing is left to go on with, or to end.
    for (const action of ['resume', 'cancel']) {
      const refused = await run(['replay', action, shown!.id, '--json']);
      expect([refused.code, JSON.parse(refused.err)]).toMatchObject([1, { error: { status: 409 } }]);
    }

    expect((await run(['replay', 'start', source, '--from', '-1h'])).code).toBe(2);
    expect((await run(['replay', 'start', source, '--from', '-1h', '--stream', copy, '--suffix', 'x'])).code).toBe(2);
    expect((await run(['replay', 'show', 'nothing'])).err).toContain('No replay has an id that begins with "nothing"');
  });

  it('applies a plan once, says what would change, and refuses what cannot', async () => {
    const name = named('planned');
    const file = join(folder, 'plan.yaml');
    const plan = (ttl: string, shardingKey: string): void =>
      writeFileSync(
        file,
        `streams: [{ name: ${name}, partitions: 1, ttl: ${ttl}, shardingKey: [${shardingKey}] }]
rules: [{ key: "\${PLAN_KEY}", pattern: ${name}, rights: r }]`,
      );
    const apply = (...more: string[]) => run(['apply', '-f', file, '--json', ...more], '', { PLAN_KEY: `plan_${'a'.repeat(32)}` });
    plan('1d', 'host');
    const dry = await apply('--dry-run');
    expect(dry.code).toBe(3);
    expect(JSON.parse(dry.out)).toMatchObject({ applied: false, steps: [{ action: 'create' }, { action: 'create' }] });
    expect(await json('stream', 'list')).not.toContain(name);
    expect((await apply()).code).toBe(2);
    expect((await apply('--yes')).code).toBe(0);
    const again = await apply('--dry-run');
    expect([again.code, JSON.parse(again.out)]).toEqual([0, { applied: false, steps: [] }]);
    plan('2d', 'project');
    const conflict = await apply('--yes');
    expect(conflict.code).toBe(4);
    expect(await json('stream', 'info', name)).toMatchObject({ ttl: 86_400_000, shardingKey: ['host'] });
    plan('2d', 'host');
    expect((await apply('--yes')).code).toBe(0);
    expect(await json('stream', 'info', name)).toMatchObject({ ttl: 172_800_000 });
  });

  it('sends JSON lines and reads them back with their ids and times', async () => {
    const uuid = uuids.next();
    const lines = [
      `{"@timestamp":"2026-01-02T03:04:05.123456700Z","@uuid":"${uuid}","run":"json","n":9223372036854775807}`,
      '',
      '{"run":"json","n":2}',
    ];
    const { out } = await run(['send', named('logs'), '--json'], lines.join('\n'));
    expect(JSON.parse(out)).toEqual({ stream: named('logs'), sent: 2, skipped: 0 });
    const { out: text } = await run(['read', named('logs'), '--filter', 'run=json', '--json']);
    expect(text).toContain('9223372036854775807');
    expect(text).toContain('2026-01-02T03:04:05.123456700Z');
    const id = Buffer.from((JSON.parse(text.split('\n')[0]!) as { id: string }).id, 'base64');
    expect(id.subarray(8).toString('hex')).toBe(uuid.replaceAll('-', ''));
    const bad = await run(['send', named('logs')], '{"run":"bad","n":1}\nnonsense\n{"run":"bad","n":3}\n');
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('line 2');
    expect(await read(named('logs'), '--filter', 'run=bad')).toHaveLength(1);
    const denied = await run(['send', 'somebody_elses'], '{"a":1}');
    expect([denied.code, denied.err]).toEqual([1, expect.stringContaining('403')]);
  });

  it('follows a file through rotation, and a stream', async () => {
    const file = join(folder, 'app.log');
    writeFileSync(file, 'line 1\n');
    const tail = launch(['tail', named('logs'), '--filter', '[{"path":"message","condition":{"type":"exist"}}]', '--json']);
    // The tail begins at the end of the stream, a moment after it is asked for.
    await waitFor(
      async () => {
        await run(['send', named('logs'), '--text'], 'flowing');
        return tail.seen.out.includes('flowing');
      },
      30_000,
      'the tail flows',
    );
    const sender = launch(['send', named('logs'), file, '--text', '--follow', '--json']);
    await waitFor(() => tail.seen.out.includes('line 1'), 30_000, 'the first line is sent');
    appendFileSync(file, 'line 2\n');
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'line 3\n');
    await waitFor(() => tail.seen.out.includes('line 3'), 30_000, 'the new file is read');
    expect(tail.seen.out).toContain('line 2');
    sender.child.kill('SIGTERM');
    const sent = await sender.ended;
    expect([sent.code, sent.err]).toEqual([0, '']);
    expect(JSON.parse(sent.out)).toMatchObject({ sent: 3 });
    tail.child.kill('SIGTERM');
    expect((await tail.ended).code).toBe(0);
  });

  it('draws a trace that came as a raw batch', async () => {
    const traceId = uuids.next();
    const [root, child] = [uuids.next(), uuids.next()];
    const begin = 17_000_000_000_000_000n;
    const span = (spanId: string, parent: string, from: bigint, to: bigint, service: string, more: Record<string, Value> = {}) =>
      event({
        traceId: tag.uuid(traceId),
        spanId: tag.uuid(spanId),
        ...(parent === NIL_UUID ? {} : { parentSpanId: tag.uuid(parent) }),
        beginTimestampUtc: tag.long(begin + from),
        endTimestampUtc: tag.long(begin + to),
        annotations: tag.container({ application: tag.string(service), operation: tag.string('GET /'), ...more }),
      });
    const file = join(folder, 'spans.bin');
    const spans = [
      span(root, NIL_UUID, 0n, 1_000_000n, 'front'),
      span(child, root, 500_000n, 900_000n, 'cart', { status: tag.string('error') }),
    ];
    writeFileSync(file, encodeBatch(spans));
    expect(await json('send', named('traces'), file, '--raw')).toMatchObject({ sent: 2 });
    const drawn = await waitFor(
      async () => {
        const { code, out } = await run(['trace', traceId.replaceAll('-', '')]);
        return code === 0 && out.includes('2 spans') ? out : undefined;
      },
      30_000,
      'the trace can be read',
    );
    expect(drawn).toMatch(/100ms {2}2 spans {2}2 services {2}1 errors\n/);
    expect(drawn).toMatch(/^front GET \/ +100ms +━+$/m);
    expect(drawn).toMatch(/^ {2}! cart GET \/ +40\.0ms +━+$/m);
    expect(await json('trace', traceId)).toMatchObject({ durationUs: 100_000, errors: 1, services: ['cart', 'front'] });
    expect((await run(['trace', NIL_UUID])).code).toBe(1);
  });

  it('lists, shows and resends dead letters with the same id', async () => {
    const broken = event({ noTraceId: tag.string('x') });
    const file = join(folder, 'broken.bin');
    writeFileSync(file, encodeBatch([broken]));
    await json('send', named('traces'), file, '--raw');
    const list = () => json<{ id: string; originalId: string; sourceTopic: string }[]>('deadletters', 'list', '--stream', named('dead'));
    const [letter] = await waitFor(async () => ((await list()).length > 0 ? list() : undefined), 30_000, 'there is a dead letter');
    expect(letter).toMatchObject({ sourceTopic: named('traces') });
    expect(await json('deadletters', 'show', letter!.id, '--stream', named('dead'))).toMatchObject({ original: { noTraceId: 'x' } });
    expect(await json('deadletters', 'count', '--stream', named('dead'), '--source', named('traces'))).toMatchObject({
      total: 1,
      groups: [{ sink: 'cassandra-sink', source: named('traces'), letters: 1 }],
    });
    expect(await json('deadletters', 'count', '--stream', named('dead'), '--reason', 'another')).toMatchObject({ total: 0 });
    expect(await json('deadletters', 'resend', letter!.id, '--stream', named('dead'), '--yes')).toEqual({ sent: 1, failed: [] });
    const again = await run(['deadletters', 'resend', letter!.id, '--stream', named('dead'), '--yes', '--json']);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.out)).toEqual({
      sent: 0,
      failed: [{ id: letter!.id, reason: expect.stringContaining('sent again already') as string }],
    });
    const ids = await waitFor(
      async () => {
        const { out } = await run(['read', named('traces'), '--filter', 'noTraceId=x', '--json']);
        const lines = out.trim().split('\n');
        return lines.length === 2 ? lines.map((line) => (JSON.parse(line) as { id: string }).id) : undefined;
      },
      30_000,
      'the event is there twice',
    );
    expect(ids).toEqual([letter!.originalId, letter!.originalId]);
  });

  it('compares what was sent with what is stored, and names the gaps', async () => {
    const audited = () =>
      json<{ isComplete: boolean; gaps: { kind: string; stage: string; events: number }[] }>('audit', named('traces'), '--from', '-30m');
    // The letter of the test before, and the same event sent again, which is another letter.
    const deadLetters = (gaps: readonly { kind: string; stage: string; events: number }[]) =>
      gaps.find(({ kind }) => kind === 'dead_lettered');
    const { gaps } = await waitFor(
      async () => {
        const audit = await audited();
        return deadLetters(audit.gaps)?.events === 2 ? audit : undefined;
      },
      30_000,
      'both dead letters are counted',
    );
    expect(deadLetters(gaps)).toMatchObject({ stage: named('cli') });
    expect(gaps.map(({ kind }) => kind)).not.toContain('missing');
    const { out, code } = await run(['audit', named('traces'), '--from', '-30m']);
    expect(code).toBe(0);
    expect(out).toMatch(/arrived +gateway +topic +cli_/);
    expect(out).toContain(`${named('cli')}: 2 events are dead letters.`);
    expect((await run(['audit', named('traces'), '--by-event-time', '--from', '-30m'])).out).toMatch(/happened +gateway/);
    expect((await run(['audit', named('traces'), '--from', '-10d'])).err).toContain('Expected 1 to 1440 minutes');
    expect((await run(['audit', 'nowhere'])).code).toBe(1);
  });

  it('shows rates and lag, and what is wrong', async () => {
    const top = await json<{ apps: { app: string; isUp: boolean }[] }>('top', '--once', '--interval', '100ms');
    expect(top.apps.map(({ app, isUp }) => [app, isUp])).toEqual(
      ['management-api', 'query-api', 'gateway', 'cassandra-sink'].map((app) => [app, true]),
    );
    const healthy = await run(['doctor', '--json']);
    const { findings } = JSON.parse(healthy.out) as { findings: { check: string; status: string }[] };
    expect(findings.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(healthy.code).toBe(0);
    for (const check of ['gateway', 'query-api', 'management-api', 'cassandra-sink', 'streams', 'rights', 'kafka', 'elasticsearch'])
      expect(findings).toContainEqual(expect.objectContaining({ check, status: 'ok' }));
    const ill = await run(['doctor', '--json'], '', { HERCULES_QUERY_API: 'http://127.0.0.1:9', HERCULES_MASTER_KEY: 'wrong' });
    expect(ill.code).toBe(1);
    for (const check of ['query-api', 'keys'])
      expect(JSON.parse(ill.out).findings).toContainEqual(expect.objectContaining({ check, status: 'failed' }));
    expect(healthy.out + healthy.err + ill.out + ill.err).not.toContain(apiKey);
  });
});
