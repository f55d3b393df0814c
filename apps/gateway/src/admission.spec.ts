import { Admission, type AdmissionWaiter } from './admission.ts';

class Recorder implements AdmissionWaiter {
  readonly name: string;
  readonly log: string[];

  constructor(name: string, log: string[]) {
    this.name = name;
    this.log = log;
  }

  onAdmitted(): void {
    this.log.push(`${this.name} admitted`);
  }

  onAdmissionTimeout(): void {
    this.log.push(`${this.name} timed out`);
  }
}

describe('Admission', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('admits up to its capacity', () => {
    const admission = new Admission(10, 100, 5000);
    expect(admission.tryAcquire(6)).toBe(true);
    expect(admission.tryAcquire(5)).toBe(false);
    expect(admission.tryAcquire(4)).toBe(true);
    expect(admission.inUse).toBe(10);
    admission.release(6);
    expect(admission.tryAcquire(6)).toBe(true);
  });

  it('knows what can never be admitted', () => {
    const admission = new Admission(10, 100, 5000);
    expect(admission.canEverAdmit(10)).toBe(true);
    expect(admission.canEverAdmit(11)).toBe(false);
  });

  it('serves the newest waiter first', () => {
    const log: string[] = [];
    const admission = new Admission(10, 100, 5000);
    admission.tryAcquire(10);
    for (const name of ['a', 'b', 'c']) admission.wait(5, new Recorder(name, log));
    admission.release(5);
    expect(log).toEqual(['c admitted']);
    admission.release(5);
    expect(log).toEqual(['c admitted', 'b admitted']);
    expect(admission.waiting).toBe(1);
    expect(admission.inUse).toBe(10);
  });

  it('serves several waiters from one release', () => {
    const log: string[] = [];
    const admission = new Admission(10, 100, 5000);
    admission.tryAcquire(10);
    for (const name of ['a', 'b']) admission.wait(3, new Recorder(name, log));
    admission.release(10);
    expect(log).toEqual(['b admitted', 'a admitted']);
    expect(admission.inUse).toBe(6);
    expect(admission.waiting).toBe(0);
  });

  it('lets the oldest waiters run into their timeout', () => {
    const log: string[] = [];
    const admission = new Admission(10, 100, 5000);
    admission.tryAcquire(10);
    admission.wait(1, new Recorder('a', log));
    jest.advanceTimersByTime(60);
    admission.wait(1, new Recorder('b', log));
    jest.advanceTimersByTime(45);
    expect(log).toEqual(['a timed out']);
    jest.advanceTimersByTime(60);
    expect(log).toEqual(['a timed out', 'b timed out']);
    expect(admission.waiting).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('calls nothing for a cancelled wait and passes its turn on', () => {
    const log: string[] = [];
    const admission = new Admission(10, 100, 5000);
    admission.tryAcquire(10);
    admission.wait(4, new Recorder('a', log));
    const ticket = admission.wait(4, new Recorder('b', log));
    admission.cancel(ticket!);
    admission.release(4);
    expect(log).toEqual(['a admitted']);
    jest.advanceTimersByTime(200);
    expect(log).toEqual(['a admitted']);
    expect(admission.inUse).toBe(10);
  });

  it('lets only so many wait', () => {
    const log: string[] = [];
    const admission = new Admission(1, 100, 2);
    admission.tryAcquire(1);
    expect(admission.wait(1, new Recorder('a', log))).toBeDefined();
    expect(admission.wait(1, new Recorder('b', log))).toBeDefined();
    expect(admission.wait(1, new Recorder('c', log))).toBeUndefined();
    admission.release(1);
    expect(admission.wait(1, new Recorder('d', log))).toBeDefined();
    expect(log).toEqual(['b admitted']);
  });

  it('keeps no timer when nobody waits', () => {
    const log: string[] = [];
    const admission = new Admission(1, 100, 5000);
    admission.tryAcquire(1);
    admission.wait(1, new Recorder('a', log));
    expect(jest.getTimerCount()).toBe(1);
    admission.release(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('survives thousands of expired waits', () => {
    const log: string[] = [];
    const admission = new Admission(1, 100, 5000);
    admission.tryAcquire(1);
    for (let i = 0; i < 3000; i++) admission.wait(1, new Recorder(`w${i}`, log));
    jest.advanceTimersByTime(90);
    admission.wait(1, new Recorder('last', log));
    jest.advanceTimersByTime(11);
    expect(log).toHaveLength(3000);
    expect(admission.waiting).toBe(1);
    admission.release(1);
    expect(log.at(-1)).toBe('last admitted');
  });
});
