import type { ReplayEntry, ReplayJob, ReplayProgress } from '@hercules/replay';
import { ReplayDesk } from './replay-desk.ts';
import { replayRequestSchema } from './replay-request.ts';

/** A topic that shows at once what is written. */
function deskOf(...entries: ReplayEntry[]): { desk: ReplayDesk; written: ReplayJob[] } {
  const shown = new Map(entries.map((entry) => [entry.job.id, entry]));
  const written: ReplayJob[] = [];
  const desk = new ReplayDesk({
    cluster: { refreshMetadata: () => Promise.resolve(), partitionCount: () => 2 },
    reader: {
      offsets: (_topic, partitions, point) =>
        Promise.resolve(partitions.map((partition) => ({ partition, offset: (point as number) + partition }))),
    },
    jobs: { get: (id) => shown.get(id), list: () => [...shown.values()], waitForOffset: () => Promise.resolve() },
    log: {
      putJob: (job) => {
        written.push(job);
        shown.set(job.id, { job, progress: shown.get(job.id)?.progress });
        return Promise.resolve(written.length);
      },
    },
  });
  return { desk, written };
}

const request = replayRequestSchema.parse({ stream: 'logs', from: 1000, to: 3000, target: { type: 'sink', sink: 'elastic-sink' } });
const entryOf = (wanted: ReplayJob['wanted'], state?: ReplayProgress['state']): ReplayEntry => ({
  job: { id: '1', wanted, createdAt: 0 } as ReplayJob,
  progress: state === undefined ? undefined : ({ state } as ReplayProgress),
});

describe('ReplayDesk', () => {
  it('writes a new replay under an id of its own, which is to run', async () => {
    const { desk, written } = deskOf();
    const [one, two] = [await desk.create(request, 'master'), await desk.create(request, 'master')];
    expect(one.job).toMatchObject({
      stream: 'logs',
      fromMs: 1000,
      toMs: 3000,
      filters: [],
      dryRun: false,
      wanted: 'running',
      createdBy: 'master',
    });
    expect(one.job.id).not.toBe(two.job.id);
    expect(written).toHaveLength(2);
  });

  it('fixes the end of a replay without one at the moment it was asked for', async () => {
    const before = Date.now();
    const { job } = await deskOf().desk.create({ ...request, to: undefined }, 'master');
    expect(job.toMs).toBeGreaterThanOrEqual(before);
    expect(job.toMs).toBeLessThanOrEqual(Date.now());
  });

  it('measures a range by its offsets', async () => {
    expect(await deskOf().desk.measure(request)).toEqual({
      records: 4000,
      partitions: [
        { partition: 0, start: 1000, end: 3000 },
        { partition: 1, start: 1001, end: 3001 },
      ],
    });
  });

  it('writes what is wanted, and nothing when that is so already', async () => {
    const entry = entryOf('running', 'running');
    const { desk, written } = deskOf(entry);
    await desk.want(entry, 'running');
    expect(written).toEqual([]);
    expect((await desk.want(entry, 'paused')).job.wanted).toBe('paused');
    expect(written).toHaveLength(1);
  });

  it.each([
    ['running', 'failed', 'running', "The replay '1' is failed and cannot go on any more"],
    ['running', 'done', 'paused', "The replay '1' is done and cannot be paused any more"],
    ['running', 'failed', 'cancelled', "The replay '1' is failed and cannot be cancelled any more"],
    ['cancelled', undefined, 'running', "The replay '1' is cancelled and cannot go on any more"],
    ['cancelled', 'running', 'paused', "The replay '1' is being cancelled"],
  ] as const)('wanted %s and %s: refuses %s', async (was, state, wanted, text) => {
    const entry = entryOf(was, state);
    await expect(deskOf(entry).desk.want(entry, wanted)).rejects.toMatchObject({ code: 'CONFLICT', message: text });
  });
});

describe('a request', () => {
  const parse = (changes: object) =>
    replayRequestSchema.safeParse({ stream: 'logs', from: '-1h', target: { type: 'stream', stream: 'x' }, ...changes });

  it('takes times in every form', () => {
    expect(parse({ from: '2026-11-24T00:00Z', to: 1_800_000_000_000 }).data).toMatchObject({
      from: 1_795_478_400_000,
      to: 1_800_000_000_000,
    });
    expect(parse({}).data!.from).toBeLessThanOrEqual(Date.now() - 3_600_000);
  });

  it.each([
    { from: 'noon' },
    { from: -5 },
    { from: null },
    { filters: [{}] },
    { target: { type: 'sink', sink: 'x', suffix: '' } },
    { dryRun: 'yes' },
  ])('refuses %j', (changes) => expect(parse(changes).success).toBe(false));
});
