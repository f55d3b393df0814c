import { HerculesError } from '@hercules/protocol';
import { FailureLog } from './failure-log.ts';

describe('FailureLog', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function setUp(): { lines: [object, string][]; log: FailureLog } {
    const lines: [object, string][] = [];
    const ignore = (): void => undefined;
    const error = (fields: object | string, message?: string): void => void lines.push([fields as object, message!]);
    return { lines, log: new FailureLog({ debug: ignore, info: ignore, warn: ignore, error }) };
  }

  it('says nothing about refusals that are meant', () => {
    const { lines, log } = setUp();
    log.refused(new HerculesError('INVALID_EVENT', 'bad'));
    log.refused(new HerculesError('KAFKA_UNAVAILABLE', 'gone'));
    expect(lines).toEqual([]);
  });

  it('names the cause of what is unexpected', () => {
    const { lines, log } = setUp();
    const cause = new TypeError('x');
    log.refused(new HerculesError('INTERNAL', 'The request could not be processed', { cause }));
    expect(lines).toEqual([[{ err: cause, leftOut: 0 }, 'a request failed for an unexpected reason']]);
  });

  it('writes one line a second and counts the rest', () => {
    const { lines, log } = setUp();
    for (let i = 0; i < 5; i++) log.failed(new Error(`e${i}`), 'failed');
    expect(lines).toHaveLength(1);
    jest.advanceTimersByTime(1001);
    log.failed(new Error('later'), 'failed');
    expect(lines.map(([fields]) => (fields as { leftOut: number }).leftOut)).toEqual([0, 4]);
  });
});
