import { jobOf, progressOf } from './job-fixture.ts';
import type { WantedState } from './replay-job.ts';
import type { ReplayState } from './replay-progress.ts';
import { isFinished, replayStatus } from './replay-status.ts';

describe('replayStatus', () => {
  it('sums up offsets and the time that is left', () => {
    expect(replayStatus({ job: jobOf(), progress: progressOf() }, 1000)).toEqual({
      state: 'running',
      percent: 25,
      records: 200,
      recordsLeft: 150,
      secondsLeft: 3,
    });
  });

  it('foretells nothing when nobody has been heard of for a minute', () => {
    expect(replayStatus({ job: jobOf(), progress: progressOf({ updatedAt: 5000 }) }, 65_001)).toMatchObject({
      state: 'running',
      recordsLeft: 150,
      secondsLeft: undefined,
    });
  });

  it('says 100 only when nothing is left', () => {
    const partitions = [{ partition: 0, start: 0, next: 99_999, end: 100_000 }];
    expect(replayStatus({ job: jobOf(), progress: progressOf({ partitions }) }).percent).toBe(99.9);
  });

  it('knows nothing of a replay that nobody has taken up', () => {
    expect(replayStatus({ job: jobOf(), progress: undefined })).toMatchObject({ state: 'waiting', percent: undefined, records: undefined });
  });

  it('of one with nothing in its range, says that all is done', () => {
    const partitions = [{ partition: 0, start: 7, next: 7, end: 7 }];
    expect(replayStatus({ job: jobOf(), progress: progressOf({ partitions, state: 'done' }) })).toMatchObject({ percent: 100, records: 0 });
  });

  it.each<[WantedState, ReplayState | undefined, string]>([
    ['running', 'running', 'running'],
    ['running', 'paused', 'waiting'],
    ['paused', undefined, 'paused'],
    ['paused', 'running', 'pausing'],
    ['paused', 'paused', 'paused'],
    ['paused', 'done', 'done'],
    ['cancelled', undefined, 'cancelled'],
    ['cancelled', 'running', 'cancelling'],
    ['cancelled', 'cancelled', 'cancelled'],
    ['running', 'failed', 'failed'],
  ])('wanted %s, said to be %s: %s', (wanted, state, shown) => {
    const progress = state === undefined ? undefined : progressOf({ state });
    expect(replayStatus({ job: jobOf({ wanted }), progress }).state).toBe(shown);
  });
});

it('a replay is finished when its executor says so, or it was cancelled before it had one', () => {
  expect(isFinished({ job: jobOf(), progress: progressOf({ state: 'failed' }) })).toBe(true);
  expect(isFinished({ job: jobOf(), progress: progressOf({ state: 'paused' }) })).toBe(false);
  expect(isFinished({ job: jobOf({ wanted: 'cancelled' }), progress: undefined })).toBe(true);
  expect(isFinished({ job: jobOf({ wanted: 'cancelled' }), progress: progressOf() })).toBe(false);
});
