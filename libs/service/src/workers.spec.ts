import { join } from 'node:path';
import { AppProcess } from './testing/app-process.ts';
import { freePort } from './testing/free-port.ts';
import { parsePrometheusText } from './testing/prometheus-text.ts';
import { waitUntil } from './testing/wait-until.ts';

jest.setTimeout(40_000);

const entry = join(__dirname, 'testing', 'fixture-app.ts');
let app: AppProcess;

async function start(env: Record<string, string> = {}): Promise<void> {
  app = new AppProcess({ entry, args: ['--workers=2'], env: { HERCULES_HTTP_PORT: String(await freePort()), ...env } });
}

/** Starts it and waits until both workers are running. */
async function startAndWait(env: Record<string, string> = {}): Promise<void> {
  await start(env);
  await waitUntil('all workers are running', 20_000, () =>
    app.logLines().some(({ msg, worker }) => msg === 'running' && worker === undefined),
  );
}

afterEach(() => app.kill());

async function sample(name: string): Promise<number> {
  const metric = parsePrometheusText((await app.request('/metrics')).body).get(name);
  return metric!.samples[0]!.value;
}

/** Asks until each of so many processes has answered; returns their ids and the number of answers. */
async function countUntilSeen(processes: number): Promise<{ pids: Set<number>; requests: number }> {
  const pids = new Set<number>();
  let requests = 0;
  await waitUntil(`${processes} processes answer`, 10_000, async () => {
    pids.add(Number((await app.request('/count')).body));
    requests++;
    return pids.size >= processes;
  });
  return { pids, requests };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('W-8: workers hear what the others tell, and not what they tell themselves', async () => {
  await startAndWait();
  const { pids } = await countUntilSeen(2);
  const teller = Number((await app.request('/tell')).body);
  const heard = await waitUntil('the word is heard', 5000, () => {
    const lines = app.logLines().filter(({ msg }) => msg === 'a word from another worker');
    return lines.length > 0 && lines;
  });
  expect(pids.has(teller)).toBe(true);
  expect(heard.map(({ body }) => body)).toEqual([{ from: teller }]);
  const numberOf = (pid: number) => app.logLines().find((line) => line['pid'] === pid && line['msg'] === 'running')?.['worker'];
  expect(heard[0]!['worker']).not.toBe(numberOf(teller));
});

it('W-1, W-4, W-5, W-7: workers share the port, /metrics is their sum, SIGTERM stops them all', async () => {
  await startAndWait();
  const { pids, requests } = await countUntilSeen(2);
  expect(pids.has(app.pid)).toBe(false);
  // Asked several times, so that both workers have answered.
  for (let i = 0; i < 4; i++) expect(await sample('hercules_fixture_requests_total')).toBe(requests);
  expect(await sample('hercules_fixture_open_things')).toBe(2);
  expect(await sample('hercules_info')).toBe(1);
  expect(await sample('hercules_workers')).toBe(2);
  const running = app.logLines().filter(({ msg }) => msg === 'running');
  expect(running.map(({ worker }) => worker)).toEqual(expect.arrayContaining([1, 2]));
  expect(new Set(running.map(({ instance }) => instance)).size).toBe(1);

  app.signal('SIGTERM');
  expect(await app.waitForEnd(10_000)).toBe(0);
  expect([...pids].filter(isAlive)).toEqual([]);
  expect(app.logLines().filter(({ msg }) => msg === 'the first part stops')).toHaveLength(2);
  expect(app.logLines().at(-1)).toMatchObject({ msg: 'stopped', exitCode: 0 });
  expect(app.stderr).toBe('');
});

it('W-3, W-5: a worker that is killed is replaced while the other goes on; what it had counted stays', async () => {
  await startAndWait();
  const { pids, requests } = await countUntilSeen(2);
  expect(await sample('hercules_fixture_requests_total')).toBe(requests);
  const [victim, survivor] = pids;
  process.kill(victim!, 'SIGKILL');
  let served = 0;
  await waitUntil('another worker answers', 10_000, async () => {
    const pid = Number((await app.request('/count')).body);
    served++;
    return pid !== victim && pid !== survivor;
  });
  expect(app.logLines().filter(({ delayMs }) => delayMs !== undefined)).toEqual([
    expect.objectContaining({ pid: victim, signal: 'SIGKILL', delayMs: 0 }),
  ]);
  expect(await sample('hercules_fixture_requests_total')).toBe(requests + served);
  expect(await sample('hercules_worker_restarts_total')).toBe(1);
  expect(await sample('hercules_workers')).toBe(2);
});

it('W-4: a worker that gets SIGTERM itself stops well and is replaced', async () => {
  await startAndWait();
  const { pids } = await countUntilSeen(2);
  const [victim] = pids;
  process.kill(victim!, 'SIGTERM');
  await waitUntil('a third process answers', 10_000, async () => !pids.has(Number((await app.request('/count')).body)));
  expect(isAlive(victim!)).toBe(false);
  expect(app.logLines().filter(({ msg }) => msg === 'the first part stops')).toHaveLength(1);
});

it('W-4: a signal to the whole group, as a terminal sends it, stops all once and well', async () => {
  await startAndWait({ HERCULES_SHUTDOWN_GRACE_PERIOD_MS: '700' });
  const { pids } = await countUntilSeen(2);
  for (const pid of [...pids, app.pid]) process.kill(pid, 'SIGINT');
  await app.waitForStatus(410, 1000);
  expect(await app.waitForEnd(10_000)).toBe(0);
  expect(app.logLines().filter(({ msg }) => msg === 'the first part stops')).toHaveLength(2);
});

it('W-4, S-6: ends with 1 when a worker hangs, and names it', async () => {
  await startAndWait({ HERCULES_STOP_HANGS: 'true', HERCULES_SHUTDOWN_TIMEOUT_MS: '200' });
  app.signal('SIGTERM');
  expect(await app.waitForEnd(10_000)).toBe(1);
  expect(app.logLines().filter(({ part }) => part === 'second part')).toHaveLength(2);
  expect(app.logLines().find(({ part }) => part === 'workers')?.['err']).toMatchObject({
    message: expect.stringContaining('worker 1: exit code 1') as string,
  });
});

it('W-5: a worker that does not answer counts with what was known of it', async () => {
  await startAndWait();
  const { pids, requests } = await countUntilSeen(2);
  expect(await sample('hercules_fixture_requests_total')).toBe(requests);
  const [stopped] = pids;
  process.kill(stopped!, 'SIGSTOP');
  try {
    // Connections are handed out in turn, so the one that hangs gets some; those that answer have to say the right thing.
    const value = await waitUntil('the other worker answers', 20_000, () => {
      const answers = Array.from({ length: 2 }, () => sample('hercules_fixture_requests_total'));
      return Promise.any(answers);
    });
    expect(value).toBe(requests);
  } finally {
    process.kill(stopped!, 'SIGCONT');
  }
});

it('W-2, S-3: says once why the start has failed', async () => {
  await start({ HERCULES_START_FAILS: 'true' });
  expect(await app.waitForEnd(15_000)).toBe(1);
  expect(app.stderr).toBe('fixture: cannot start: nobody answers at kafka:9092\n');
});

it('W-6: workers end when the primary process is killed', async () => {
  await startAndWait();
  const { pids } = await countUntilSeen(2);
  process.kill(app.pid, 'SIGKILL');
  await waitUntil('the workers have ended', 10_000, () => [...pids].every((pid) => !isAlive(pid)));
});
