import {
  MetadataState,
  type MetadataListener,
  type TableReport,
  type Timeline,
  timelineDocument,
  timelineKey,
  type TimelineEntry,
} from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { errors, types } from 'cassandra-driver';
import { TimelineOwner } from './timeline-owner.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const timeline: Timeline = { name: 'tl', slices: 1, shardingKey: [], ttl: 1000, timetrapSize: 1, streams: ['s'], filters: [] };

/** The real state; tables, sinks and reports only write down what is asked of them. */
function setUp(fail: (step: string) => unknown = () => undefined) {
  const state = new MetadataState(quiet);
  const steps: string[] = [];
  const reports: (Omit<TableReport, 'instance' | 'at'> & { name: string })[] = [];
  let listener: MetadataListener = () => undefined;
  const step = async (text: string): Promise<void> => {
    await Promise.resolve();
    steps.push(text);
    const error = fail(text);
    if (error !== undefined) throw error;
  };
  const owner = new TimelineOwner({
    source: { state, onChange: (added) => ((listener = added), () => undefined) },
    tables: {
      create: ({ name }) => step(`create ${name}`),
      changeTtl: ({ ttl }) => step(`ttl ${ttl}`),
      drop: ({ name }) => step(`drop ${name}`),
    },
    isMine: (name) => name === 'tl',
    createSink: (of) => ({ timeline: of, start: () => step('start'), stop: () => step('stop') }),
    report: async (name, report) => {
      await Promise.resolve();
      reports.push({ name, ...report });
    },
    retry: { retryMinMs: 1, retryMaxMs: 2 },
    logger: quiet,
  });
  const put = (entry: (Omit<TimelineEntry, 'timeline'> & { timeline?: Timeline }) | undefined, name = 'tl'): void => {
    const value =
      entry === undefined ? undefined : Buffer.from(JSON.stringify(timelineDocument({ timeline: { ...timeline, name }, ...entry })));
    state.apply(timelineKey(name), value);
    listener('timeline', name);
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { owner, steps, reports, put, until };
}

describe('TimelineOwner', () => {
  it('makes the table, reports, and lets a sink run once the timeline is ready', async () => {
    const { owner, steps, reports, put, until } = setUp();
    owner.start();
    put({ state: 'creating', task: 'one' });
    await until(() => reports.length === 1);
    expect([steps, reports]).toEqual([['create tl'], [{ name: 'tl', task: 'one', status: 'DONE' }]]);
    put({ state: 'ready', task: 'one' });
    await until(() => steps.includes('start'));
    put({ state: 'altering', task: 'two', timeline: { ...timeline, ttl: 2000 } });
    await until(() => reports.length === 2);
    put({ state: 'deleting', task: 'three' });
    await until(() => reports.length === 3);
    expect(steps).toEqual(['create tl', 'create tl', 'start', 'create tl', 'ttl 2000', 'stop', 'drop tl']);
    await owner.stop();
  });

  it('takes up what was there before it, and nothing that is not its own', async () => {
    const { owner, steps, put, until } = setUp();
    put({ state: 'ready' });
    put({ state: 'ready' }, 'another');
    owner.start();
    await until(() => steps.includes('start'));
    await owner.stop();
    expect(steps).toEqual(['create tl', 'start', 'stop']);
  });

  it('starts another sink when the timeline was made anew in another form', async () => {
    const { owner, steps, put, until } = setUp();
    owner.start();
    put({ state: 'ready' });
    await until(() => steps.includes('start'));
    put({ state: 'ready', timeline: { ...timeline, slices: 2 } });
    await until(() => steps.filter((step) => step === 'start').length === 2);
    expect(steps).toEqual(['create tl', 'start', 'stop', 'create tl', 'start']);
    await owner.stop();
  });

  it('reports what is refused, in the words of Cassandra', async () => {
    const refusal = new errors.ResponseError(types.responseErrorCodes.invalid, 'too long');
    const { owner, reports, put, until } = setUp((step) => (step === 'create tl' ? refusal : undefined));
    owner.start();
    put({ state: 'creating', task: 'one' });
    await until(() => reports.length === 1);
    expect(reports).toEqual([{ name: 'tl', task: 'one', status: 'FAILED', error: 'Cassandra refuses: too long' }]);
    await owner.stop();
  });

  it('tries again what may pass', async () => {
    let failures = 3;
    const { owner, steps, reports, put, until } = setUp(() => (failures-- > 0 ? new errors.NoHostAvailableError({}) : undefined));
    owner.start();
    put({ state: 'creating', task: 'one' });
    await until(() => reports.length === 1);
    expect(steps).toHaveLength(4);
    await owner.stop();
  });

  it('leaves what it is trying when something else is wanted', async () => {
    const { owner, steps, reports, put, until } = setUp((step) => (step === 'create tl' ? new Error('away') : undefined));
    owner.start();
    put({ state: 'creating', task: 'one' });
    await until(() => steps.length > 2);
    put({ state: 'deleting', task: 'two' });
    await until(() => reports.length === 1);
    expect(reports).toEqual([{ name: 'tl', task: 'two', status: 'DONE' }]);
    const { length } = steps;
    await owner.stop();
    expect(steps).toHaveLength(length);
  });
});
