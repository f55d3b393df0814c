import { BatchingProducer } from '@hercules/kafka';
import { TestKafka } from '@hercules/kafka/testing';
import { EVENT_VERSION, type HerculesEvent, type Logger, tag } from '@hercules/protocol';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CountingAdapter } from '../src/counting-adapter.ts';
import { jobOf } from '../src/job-fixture.ts';
import { ReplayJobs } from '../src/replay-jobs.ts';
import type { ReplayJob } from '../src/replay-job.ts';
import { executorKey } from '../src/replay-keys.ts';
import { ReplayLog } from '../src/replay-log.ts';
import { createReplayLoop } from '../src/replay-loop.ts';
import { type ReplayExecutor, ReplayRunner } from '../src/replay-runner.ts';
import { replayStatus } from '../src/replay-status.ts';

jest.setTimeout(60_000);

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SETTINGS = { batchSize: 100, batchBytes: 1_000_000, lingerMs: 10, maxConcurrentWrites: 1, retryMinMs: 100, retryMaxMs: 1000 };
const config = { maxJobs: 2, sessionTimeoutMs: 6000, progressIntervalMs: 100, maxBufferedBytes: 1_048_576 };

const eventOf = (): HerculesEvent => ({ version: EVENT_VERSION, timestamp: 0n, uuid: randomUUID(), payload: new Map() });

/** A runner on a real topic of replays, whose target takes everything and keeps nothing. */
describe('ReplayRunner', () => {
  const kafka = new TestKafka();
  const producer = new BatchingProducer(kafka.cluster, {}, SILENT);
  const topic = kafka.name('hercules_replays');
  const jobs = new ReplayJobs(kafka.cluster, { topic, replicationFactor: 1 }, SILENT);
  const log = new ReplayLog(producer, topic);
  const opened: string[] = [];
  const runners: ReplayRunner[] = [];

  const executorOf = (sink: string): ReplayExecutor => ({
    accepts: ({ target }) => target.type === 'sink' && target.sink === sink,
    open: (job, logger) => {
      opened.push(job.id);
      const deadLetters = { send: () => Promise.resolve() };
      return createReplayLoop({ job, adapter: new CountingAdapter(), deadLetters, settings: SETTINGS, progressIntervalMs: 100, logger });
    },
  });
  const startRunner = (name: string, through: Pick<BatchingProducer, 'prepareTopic' | 'sendOne'> = producer): ReplayRunner => {
    const parts = {
      cluster: kafka.cluster,
      executor: executorOf(name),
      name,
      instanceId: name,
      config: { ...config, topic },
      logger: SILENT,
    };
    const runner = new ReplayRunner({ ...parts, jobs, producer: through as BatchingProducer });
    runners.push(runner);
    runner.start();
    return runner;
  };
  const until = async (what: string, condition: () => boolean, ms = 30_000): Promise<void> => {
    for (const deadline = Date.now() + ms; !condition(); await pause(20))
      if (Date.now() > deadline) throw new Error(`${what}: not in time`);
  };
  const ask = async (sink: string, changes: Partial<ReplayJob>): Promise<ReplayJob> => {
    const job = jobOf({ id: randomUUID(), toMs: Date.now() + 1000, target: { type: 'sink', sink }, ...changes });
    await jobs.waitForOffset(await log.putJob(job), 20_000);
    return job;
  };
  const stateOf = ({ id }: ReplayJob): string => replayStatus(jobs.get(id)!).state;

  beforeAll(async () => {
    await kafka.open();
    await producer.start();
    await jobs.start();
  });
  afterAll(async () => {
    for (const runner of runners) await runner.stop();
    await jobs.stop();
    await producer.close(5000);
    await kafka.close();
  });

  it('does not begin a replay anew that is being removed', async () => {
    const stream = await kafka.createTopic('removed');
    await kafka.send('removed', [eventOf(), eventOf()]);
    startRunner('remover');
    const job = await ask('remover', { stream });
    await until('it is done', () => stateOf(job) === 'done');
    const before = opened.length;
    await jobs.waitForOffset(await log.remove(job.id), 20_000);
    const next = await ask('remover', { stream });
    await until('the next one is done', () => stateOf(next) === 'done');
    expect(opened.slice(before)).toEqual([next.id]);
  });

  it('claims again when a former owner, frozen between its commit and its claim, has the last word', async () => {
    let claims = 0;
    const overtaken: Pick<BatchingProducer, 'prepareTopic' | 'sendOne'> = {
      prepareTopic: (name) => producer.prepareTopic(name),
      sendOne: async (name, key, value, options) => {
        const place = await producer.sendOne(name, key, value, options);
        if (key?.toString() === executorKey('claimer') && claims++ === 0)
          await jobs.waitForOffset(await log.putClaim('claimer', 'the former owner'), 20_000);
        return place;
      },
    };
    const runner = startRunner('claimer', overtaken);
    await until('it executes', () => runner.isExecutor);
    expect(claims).toBe(2);
  });

  it('fails a replay whose stream is deleted under way, so that others get its place', async () => {
    const stream = await kafka.createTopic('deleted');
    // More than one fetch brings.
    const payload = new Map([['text', tag.string('x'.repeat(50_000))]]);
    await kafka.send(
      'deleted',
      Array.from({ length: 100 }, () => ({ ...eventOf(), payload })),
    );
    startRunner('deleter');
    const job = await ask('deleter', { stream, eventsPerSecond: 10 });
    await until('it runs', () => (jobs.get(job.id)?.progress?.counts.written ?? 0) > 0);
    await kafka.admin.deleteTopic(stream);
    await until('it has failed', () => stateOf(job) === 'failed');
    expect(jobs.get(job.id)!.progress!.error).toContain(stream);
  });
});
