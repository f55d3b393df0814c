import { QuantileSketch } from '@hercules/streaming';
import { type ReplicaWeight, ReplicaWeights } from './replica-weights.ts';
import type { ReplicaStats } from './span-aggregate.ts';

const OPTIONS = { memoryMs: 8000, expiryMs: 60_000 };
const stats = (latencyMs: number, errorRate = 0, count = 10): ReplicaStats => {
  const latencies = new QuantileSketch();
  latencies.add(latencyMs * 1000, count * (1 - errorRate));
  return { count, errors: count * errorRate, latencies };
};

/** The weights after each second from 0 on; `of` tells what the replicas do in a second. */
function run(seconds: number, of: (second: number) => Record<string, ReplicaStats>): Record<string, number>[] {
  const weights = new ReplicaWeights(OPTIONS);
  return Array.from({ length: seconds }, (_, second) => {
    weights.take(second * 1000, new Map(Object.entries(of(second))));
    return byName(weights.weights((second + 1) * 1000));
  });
}
const byName = (list: readonly ReplicaWeight[]): Record<string, number> =>
  Object.fromEntries(list.map(({ replica, weight }) => [replica, weight]));

describe('ReplicaWeights', () => {
  it.each([
    ['slow', stats(50)],
    ['failing', stats(10, 0.6)],
    ['failing fast', stats(1, 1)],
  ])('let a replica that turns %s sink below 0.3 within 10 s, recover within 30 s, and never reach 0', (_what, bad) => {
    const seen = run(60, (second) => ({ a: stats(10), b: second >= 10 && second < 30 ? bad : stats(11), c: stats(9) }));
    expect(seen[9]!['b']).toBeGreaterThan(0.9);
    expect(seen[19]!['b']).toBeLessThan(0.3);
    expect(seen[29]!['b']).toBeGreaterThan(0);
    expect(seen[59]!['b']).toBeGreaterThan(0.9);
    for (const { a, c } of seen) expect(Math.min(a!, c!)).toBeGreaterThan(0.9);
  });

  it('tell the worse of two apart', () => {
    expect(run(15, () => ({ a: stats(10), b: stats(50) })).at(-1)).toEqual({ a: 1, b: expect.closeTo(0.1, 1) as number });
  });

  it('let a replica with few requests recover too', () => {
    const seen = run(60, (second) => ({ a: stats(10), b: second < 20 ? stats(100) : stats(10, 0, second % 5 === 0 ? 1 : 0) }));
    expect(seen[19]!['b']).toBeLessThan(0.1);
    expect(seen[49]!['b']).toBeGreaterThan(0.7);
  });

  it('do not mind a slow request now and then', () => {
    const usual = (): ReplicaStats => stats(20, 0, 2);
    const seen = run(60, (second) => {
      const b = usual();
      if (second % 7 === 0) b.latencies.add(1_000_000, 1);
      return { a: usual(), b };
    });
    for (const { b } of seen) expect(b).toBeGreaterThan(0.9);
  });

  it('keep a lone replica at 1, and all of a service that is slow as a whole', () => {
    expect(run(15, () => ({ a: stats(900, 0.9) })).at(-1)).toEqual({ a: 1 });
    const seen = run(15, (second) => ({ a: stats(second < 5 ? 10 : 500), b: stats(second < 5 ? 11 : 510) })).at(-1)!;
    expect(Object.values(seen).every((weight) => weight > 0.9)).toBe(true);
  });

  it('follow from the seconds alone, however often one is amended', () => {
    const weights = new ReplicaWeights(OPTIONS);
    for (const count of [1, 5, 10])
      weights.take(
        0,
        new Map([
          ['a', stats(10, 0, count)],
          ['b', stats(30, 0, count)],
        ]),
      );
    const once = new ReplicaWeights(OPTIONS);
    once.take(
      0,
      new Map([
        ['a', stats(10)],
        ['b', stats(30)],
      ]),
    );
    expect(weights.weights(1000)).toEqual(once.weights(1000));
  });

  it('forget who served nothing for long', () => {
    const weights = new ReplicaWeights(OPTIONS);
    weights.take(0, new Map([['a', stats(10)]]));
    expect(weights.weights(60_000)).toHaveLength(1);
    expect(weights.weights(61_000)).toEqual([]);
  });
});
