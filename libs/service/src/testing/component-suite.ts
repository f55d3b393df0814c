import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppProcess, runApp } from './app-process.ts';
import { freePort } from './free-port.ts';
import { parsePrometheusText, type ShownMetric } from './prometheus-text.ts';
import { waitUntil } from './wait-until.ts';

export interface ComponentOptions {
  /** Application id, e.g. `elastic-sink`. */
  readonly name: string;
  /** Absolute path of its `main.ts`. */
  readonly entry: string;
  /** What it needs to start: addresses of servers, required settings, free ports for listeners other than `http`. Called once, when the tests begin. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Variables of secret settings with values that must never be seen, e.g. `HERCULES_KAFKA_SASL_PASSWORD`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Metrics that it has besides those of every app. */
  readonly extraMetrics?: readonly string[];
  /** Settings with which its start must fail, and a text that the error must have. */
  readonly failingStart: { readonly env: Readonly<Record<string, string>>; readonly says: string };
  /** How long it may take to be RUNNING; 30 s by default. */
  readonly readyTimeoutMs?: number;
}

const COMMON_METRICS = [
  'hercules_info',
  'hercules_state',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_open_fds',
  'nodejs_eventloop_lag_seconds',
  'nodejs_heap_size_used_bytes',
];

const ABOUT_FIELDS = [
  'applicationName',
  'applicationId',
  'version',
  'commitId',
  'environment',
  'zone',
  'instanceId',
  'hostname',
  'hostName',
];

const STOP_TIMEOUT_MS = 25_000;
/** Long enough for a slow machine to ask twice meanwhile. */
const GRACE_PERIOD_MS = 4000;

/** The tests of docs/components.md for one app, as processes of their own. Each test names the rules that it proves. */
export function describeComponent(options: ComponentOptions): void {
  const { name, entry, secrets, failingStart, extraMetrics = [], readyTimeoutMs = 30_000 } = options;
  let env: Record<string, string>;
  let directory: string;

  beforeAll(async () => {
    env = { HERCULES_HTTP_PORT: String(await freePort()), ...options.env(), ...secrets };
    directory = mkdtempSync(join(tmpdir(), 'hercules-component-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const file = (content: string): string => {
    const path = join(directory, `${Math.random().toString(36).slice(2)}.yaml`);
    writeFileSync(path, content);
    return path;
  };
  const expectNoSecret = (text: string): void => {
    for (const value of Object.values(secrets).flatMap((list) => list.split(','))) expect(text).not.toContain(value);
  };
  /** Starts it with settings that are wrong, and returns the one line that it must say. */
  const refusal = async (args: readonly string[], added: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { end, stdout, stderr } = await runApp({ entry, args, env: { ...env, ...added } });
    expect({ end, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ end: 2, stdout: '', lines: 1 });
    expect(stderr.startsWith(`${name}: `)).toBe(true);
    expectNoSecret(stderr);
    return stderr;
  };

  describe(`${name}: settings`, () => {
    it('C-5: names setting, value, source and what was expected of a bad value', async () => {
      const path = file('environment: test\nlogLevel: loud\n');
      const [byEnvironment, byFlag, byFile] = await Promise.all([
        refusal([], { HERCULES_HTTP_PORT: 'abc' }),
        refusal(['--http.port=70000']),
        refusal(['--config', path]),
      ]);
      expect(byEnvironment).toMatch(/setting "http\.port" = "abc" from environment variable HERCULES_HTTP_PORT: .*expected number/);
      expect(byFlag).toMatch(/setting "http\.port" = 70000 from flag --http\.port: .*expected .*65535/);
      expect(byFile).toContain(`setting "logLevel" = "loud" from ${path}:2: `);
    });

    it('C-4: refuses settings that there are not', async () => {
      const path = file('http:\n  host: 127.0.0.1\n  colour: red\n');
      const [byFile, byFlag, byEnvironment] = await Promise.all([
        refusal(['--config', path]),
        refusal(['--colour=red']),
        refusal([], { HERCULES_HTTP_COLOUR: 'red' }),
      ]);
      expect(byFile).toContain(`setting "http.colour" from ${path}:3: there is no such setting`);
      expect(byFlag).toContain('flag --colour: there is no such setting');
      expect(byEnvironment).toContain('environment variable HERCULES_HTTP_COLOUR: there is no such setting');
    });

    it('C-6: refuses a file that is missing or is no YAML', async () => {
      const missing = join(directory, 'missing.yaml');
      expect(await refusal([`--config=${missing}`])).toContain(`--config ${missing}: expected a YAML file`);
      const path = file('http:\n  port: [1\n');
      expect(await refusal([`--config=${path}`])).toContain(`--config ${path}:`);
    });

    it('C-1, C-7, K-2: shows the settings in force, secrets masked, flags over environment over file', async () => {
      const path = file('environment: from-file\nzone: from-file\ninstanceId: from-file\n');
      const { end, stdout, stderr } = await runApp({
        entry,
        args: ['--print-config', '--config', path, '--zone=from-flag'],
        env: { ...env, HERCULES_ZONE: 'from-environment', HERCULES_INSTANCE_ID: 'from-environment' },
      });
      expect({ end, stderr }).toEqual({ end: 0, stderr: '' });
      expect(parse(stdout)).toMatchObject({ environment: 'from-file', zone: 'from-flag', instanceId: 'from-environment' });
      if (Object.keys(secrets).length > 0) expect(stdout).toContain('***');
      expectNoSecret(stdout);
    });

    it('C-8: explains every setting, even when the settings are wrong', async () => {
      const { end, stdout } = await runApp({ entry, args: ['--help'], env: { HERCULES_HTTP_PORT: 'abc' } });
      expect(end).toBe(0);
      for (const text of [name, '--config', '--print-config', '--http.port', 'HERCULES_HTTP_PORT', 'HERCULES_LOG_LEVEL']) {
        expect(stdout).toContain(text);
      }
      for (const variable of Object.keys(secrets)) expect(stdout).toContain(variable);
    });
  });

  describe(`${name}: a failed start`, () => {
    it('S-3: says why in one log line and one line for people, and ends with 1', async () => {
      const app = new AppProcess({ entry, env: { ...env, ...failingStart.env } });
      expect(await app.waitForEnd(readyTimeoutMs)).toBe(1);
      expect(app.stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(`^${name}: cannot start: `)]);
      expect(app.stderr).toContain(failingStart.says);
      const errors = app.logLines().filter(({ level }) => level === 'error');
      expect(errors).toEqual([expect.objectContaining({ msg: expect.stringMatching(/^cannot start: /) as string })]);
    });
  });

  describe(`${name}: running`, () => {
    const key = 'verysecretkey_0123456789abcdef0123456789abcdef';
    let app: AppProcess;

    beforeAll(async () => {
      const ownEnv = {
        ...env,
        HERCULES_LOG_LEVEL: 'debug',
        HERCULES_SHUTDOWN_GRACE_PERIOD_MS: String(GRACE_PERIOD_MS),
        HERCULES_ZONE: 'z1',
      };
      app = new AppProcess({ entry, env: ownEnv });
      const seen = new Set<number>();
      await waitUntil(`${name} is RUNNING`, readyTimeoutMs, async () => {
        if (app.end !== undefined) return true;
        const { status } = await app.request('/status');
        seen.add(status);
        return status === 200;
      });
      if (app.end !== undefined) throw new Error(`the app has ended (${app.end}); output:\n${app.output}`);
      // E-4: while it starts it says nothing but 503.
      expect([...seen].filter((status) => status !== 503)).toEqual([200]);
    }, readyTimeoutMs + 5000);
    afterAll(() => app.kill());

    it('E-2: /ping answers 200 and nothing more', async () => {
      const { status, headers, body } = await app.request('/ping');
      expect([status, headers['content-length'], body]).toEqual([200, '0', '']);
    });

    it('E-3: /about says what runs where', async () => {
      const { status, headers, body } = await app.request('/about');
      expect([status, headers['content-type'], headers['content-length']]).toEqual([
        200,
        'application/json',
        String(Buffer.byteLength(body)),
      ]);
      const about = JSON.parse(body) as Record<string, unknown>;
      expect(Object.keys(about).sort()).toEqual([...ABOUT_FIELDS].sort());
      expect(about).toMatchObject({ applicationId: name, zone: 'z1' });
      for (const field of ABOUT_FIELDS) expect(about[field]).toMatch(/./);
    });

    it('E-4: /status answers 200 and nothing more', async () => {
      const { status, headers, body } = await app.request('/status?x=1');
      expect([status, headers['content-length'], body]).toEqual([200, '0', '']);
    });

    it('E-6: other methods get 405', async () => {
      for (const path of ['/ping', '/about', '/status', '/metrics']) {
        for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']) {
          const { status, body } = await app.request(path, { method });
          expect([method, path, status, body]).toEqual([method, path, 405, '']);
        }
      }
    });

    it('E-7: other paths are no service endpoints', async () => {
      for (const path of ['/ping/', '/statuses', '/']) expect((await app.request(path)).status).not.toBe(200);
    });

    it('E-5, M-1 to M-5: /metrics are well formed, well named, and all there', async () => {
      const { status, headers, body } = await app.request('/metrics');
      expect([status, headers['content-length']]).toEqual([200, String(Buffer.byteLength(body))]);
      expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
      const metrics = parsePrometheusText(body);
      expect([...metrics.keys()]).toEqual(expect.arrayContaining([...COMMON_METRICS, ...extraMetrics]));
      for (const metric of metrics.values()) if (metric.name.startsWith('hercules_')) expectWellNamed(metric);
      expect(metrics.get('hercules_info')!.samples).toEqual([
        {
          name: 'hercules_info',
          labels: { app: name, version: expect.stringMatching(/./) as string, instance: expect.stringMatching(/./) as string },
          value: 1,
        },
      ]);
      const states = metrics.get('hercules_state')!.samples.filter(({ value }) => value > 0);
      expect(states.map(({ labels }) => labels['state'])).toEqual(['RUNNING']);
    });

    it('L-1, L-4: logs are JSON lines with time, level, app, instance and message, and name the port', async () => {
      const lines = await waitUntil('the line "running" is logged', 30_000, () => {
        const seen = app.logLines();
        return seen.some(({ msg }) => msg === 'running') && seen;
      });
      for (const line of lines) {
        expect(line).toMatchObject({
          app: name,
          instance: expect.stringMatching(/./) as string,
          msg: expect.stringMatching(/./) as string,
        });
        expect(['debug', 'info', 'warn', 'error']).toContain(line['level']);
        expect(new Date(line['time'] as string).toISOString()).toBe(line['time']);
      }
      expect(lines).toContainEqual(expect.objectContaining({ port: Number(env['HERCULES_HTTP_PORT']) }));
    });

    it('K-3: keys and secrets are never shown', async () => {
      const shown = [];
      const credentials: Record<string, string>[] = [
        { authorization: `Hercules apiKey ${key}` },
        { authorization: `Hercules masterApiKey ${key}` },
        { apiKey: key },
        { masterApiKey: key },
      ];
      for (const headers of credentials) {
        for (const path of ['/about', '/metrics', '/nothing/here', '/stream/send?stream=no_such_stream', `/nothing?key=${key}`]) {
          for (const method of ['GET', 'POST']) shown.push((await app.request(path, { method, headers })).body);
        }
      }
      const text = shown.join('\n') + app.output;
      expect(text).not.toContain(key);
      expectNoSecret(text);
    });

    it('S-4: a second one on the same port says that it is taken, and ends with 1', async () => {
      const second = new AppProcess({ entry, env: { ...env, HERCULES_INSTANCE_ID: 'second' } });
      expect(await second.waitForEnd(readyTimeoutMs + STOP_TIMEOUT_MS)).toBe(1);
      expect(second.stderr).toContain(`:${env['HERCULES_HTTP_PORT']}: the port is taken`);
      expect(second.stderr.trimEnd().split('\n')).toHaveLength(1);
      expect((await app.request('/status')).status).toBe(200);
    }, 60_000);

    it('S-5, X-0: SIGTERM: /status 410 for the grace period, then everything stops, exit code 0', async () => {
      app.signal('SIGTERM');
      const startedAt = Date.now();
      await app.waitForStatus(410, GRACE_PERIOD_MS);
      expect((await app.request('/ping')).status).toBe(200);
      expect(await app.waitForEnd(STOP_TIMEOUT_MS)).toBe(0);
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(GRACE_PERIOD_MS - 50);
      const messages = app.logLines().filter(({ level }) => level !== 'debug');
      expect(messages).toContainEqual(expect.objectContaining({ msg: 'stopping', signal: 'SIGTERM' }));
      expect(messages.at(-1)).toMatchObject({ msg: 'stopped', exitCode: 0 });
      expect(app.stderr).toBe('');
    }, 60_000);
  });

  describe(`${name}: signals`, () => {
    it(
      'S-7: a second signal ends it at once with 1',
      async () => {
        const app = new AppProcess({ entry, env: { ...env, HERCULES_SHUTDOWN_GRACE_PERIOD_MS: '60000' } });
        try {
          await app.waitForStatus(200, readyTimeoutMs);
          app.signal('SIGINT');
          await app.waitForStatus(410, 20_000);
          // The same signal within half a second is an echo of the first, so it is sent until it counts.
          const end = await waitUntil('the app ends', 20_000, () => {
            app.signal('SIGINT');
            return app.end;
          });
          expect(end).toBe(1);
        } finally {
          await app.kill();
        }
      },
      readyTimeoutMs + 45_000,
    );
  });
}

/** M-1 to M-3: snake case, base units, counters end in _total, a help text. */
function expectWellNamed({ name, type, help }: ShownMetric): void {
  expect(name).toMatch(/^hercules_[a-z0-9]+(_[a-z0-9]+)*$/);
  expect(name).not.toMatch(/_(ms|millis|milliseconds|micros|kb|mb|kib|mib)(_total)?$/);
  expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
  expect(help).toMatch(/./);
}
