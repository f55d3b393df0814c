import { TickClock, type TimeSource } from './tick-clock.ts';

/** Clocks that stand where a test puts them; the wall clock shows whole milliseconds only. */
class SteppedTime implements TimeSource {
  wall = 1000;
  monotonic = 50;

  pass(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
  }

  wallMs(): number {
    return Math.floor(this.wall);
  }

  monotonicMs(): number {
    return this.monotonic;
  }
}

describe('TickClock', () => {
  it('tells parts of a millisecond by the monotonic clock', () => {
    const time = new SteppedTime();
    const clock = new TickClock(time);
    expect(clock.now()).toBe(10_000_000n);
    time.pass(0.25);
    expect(clock.now()).toBe(10_002_500n);
    expect(clock.wholeMs).toBe(1000);
    expect(clock.subMsTicks).toBe(2500);
  });

  it('goes on by a tick when no time has passed, also over the end of a millisecond', () => {
    const time = new SteppedTime();
    const clock = new TickClock(time);
    time.pass(0.5);
    const first = clock.now();
    for (let i = 1n; i <= 5000n; i++) expect(clock.now()).toBe(first + i);
    expect(clock.now()).toBe(10_010_001n);
  });

  it('follows the wall clock forwards', () => {
    const time = new SteppedTime();
    const clock = new TickClock(time);
    clock.now();
    time.wall += 3_600_000;
    expect(clock.now()).toBe(36_010_000_000n);
    time.pass(1.5);
    expect(clock.now()).toBe(36_010_015_000n);
  });

  it('grows through a step of the wall clock backwards and follows it again afterwards', () => {
    const time = new SteppedTime();
    const clock = new TickClock(time);
    const before = clock.now();
    time.wall -= 100;
    expect(clock.now()).toBe(before + 1n);
    time.pass(99);
    expect(clock.now()).toBe(before + 2n);
    time.pass(2);
    expect(clock.now()).toBe(10_010_000n);
  });

  it('stays with the wall clock when the two drift apart slowly', () => {
    const time = new SteppedTime();
    const clock = new TickClock(time);
    let last = 0n;
    for (let i = 0; i < 1000; i++) {
      time.wall += 10.1;
      time.monotonic += 10;
      const now = clock.now();
      expect(now).toBeGreaterThan(last);
      expect(Math.abs(Number(now) / 10_000 - time.wall)).toBeLessThan(2.1);
      last = now;
    }
  });

  it('strictly grows and agrees with the system', () => {
    const clock = new TickClock();
    let last = clock.now();
    expect(Math.abs(Number(last / 10_000n) - Date.now())).toBeLessThan(1000);
    for (let i = 0; i < 50_000; i++) {
      const now = clock.now();
      if (now <= last) throw new Error(`${now} came after ${last}`);
      last = now;
    }
  });
});
