import { join } from 'node:path';
import { AppProcess } from './testing/app-process.ts';
import { freePort } from './testing/free-port.ts';
import { waitUntil } from './testing/wait-until.ts';

// What the component suite proves for every app is proved for the fixture there; here is what needs an app that misbehaves.
jest.setTimeout(30_000);

const entry = join(__dirname, 'testing', 'fixture-app.ts');
let app: AppProcess | undefined;

async function start(env: Record<string, string> = {}, args: string[] = []): Promise<AppProcess> {
  app = new AppProcess({ entry, args, env: { HERCULES_HTTP_PORT: String(await freePort()), ...env } });
  return app;
}

afterEach(() => app?.kill());

const messages = (of: AppProcess) => of.logLines().map(({ msg }) => msg);

it('S-5: stops parts in the reverse order of their start', async () => {
  const app = await start();
  await app.waitForStatus(200, 10_000);
  app.signal('SIGINT');
  expect(await app.waitForEnd(10_000)).toBe(0);
  expect(messages(app).slice(-4)).toEqual(['stopping', 'the second part stops', 'the first part stops', 'stopped']);
});

it('S-5: stops while it starts', async () => {
  const app = await start({ HERCULES_START_DELAY_MS: '60000', HERCULES_SHUTDOWN_GRACE_PERIOD_MS: '60000' });
  await app.waitForStatus(503, 10_000);
  app.signal('SIGTERM');
  expect(await app.waitForEnd(10_000)).toBe(0);
  expect(messages(app)).not.toContain('running');
});

it('S-6: names the part that hangs and ends with 1', async () => {
  const app = await start({ HERCULES_STOP_HANGS: 'true', HERCULES_SHUTDOWN_TIMEOUT_MS: '200' });
  await app.waitForStatus(200, 10_000);
  app.signal('SIGTERM');
  expect(await app.waitForEnd(10_000)).toBe(1);
  expect(app.logLines()).toContainEqual(expect.objectContaining({ level: 'error', part: 'second part', timeoutMs: 200 }));
});

it('S-6: ends with 1 when a part fails to stop, after the others have stopped', async () => {
  const app = await start({ HERCULES_STOP_FAILS: 'true' });
  await app.waitForStatus(200, 10_000);
  app.signal('SIGTERM');
  expect(await app.waitForEnd(10_000)).toBe(1);
  expect(messages(app).slice(-3)).toEqual(['a part failed to stop', 'the first part stops', 'stopped']);
});

it.each([
  ['/throw', 'cannot go on: thrown by nobody’s child', 'Error'],
  ['/reject', 'cannot go on: rejected by nobody’s child', 'Error'],
  ['/fail', 'cannot go on: a part has given up', undefined],
])('S-8: %s ends it with 1, everything stopped, no grace period', async (path, msg, type) => {
  const app = await start({ HERCULES_SHUTDOWN_GRACE_PERIOD_MS: '60000' });
  await app.waitForStatus(200, 10_000);
  await app.request(path).catch(() => undefined);
  expect(await app.waitForEnd(10_000)).toBe(1);
  const line = app.logLines().find((candidate) => candidate['msg'] === msg);
  expect((line?.['err'] as { type?: string } | undefined)?.type).toBe(type);
  expect(messages(app).slice(-3)).toEqual(['the second part stops', 'the first part stops', 'stopped']);
  expect(app.stderr).toBe('');
});

it('S-7: takes the same signal at once for an echo', async () => {
  const app = await start({ HERCULES_SHUTDOWN_GRACE_PERIOD_MS: '300' });
  await app.waitForStatus(200, 10_000);
  app.signal('SIGTERM');
  app.signal('SIGINT');
  expect(await app.waitForEnd(10_000)).toBe(0);
});

it('C-4: mentions variables of other apps at level debug', async () => {
  const app = await start({ HERCULES_OTHER: 'x', HERCULES_LOG_LEVEL: 'debug' });
  await app.waitForStatus(200, 10_000);
  expect(app.logLines()[0]).toMatchObject({ level: 'debug', variables: ['HERCULES_OTHER'] });
});

it('E-1, L-4: port 0 takes a free port and logs it', async () => {
  const app = await start({}, ['--http.port=0']);
  const line = await waitUntil('a port is logged', 10_000, () => app.logLines().find(({ port }) => port !== undefined));
  expect(line['port']).toBeGreaterThan(1023);
});
