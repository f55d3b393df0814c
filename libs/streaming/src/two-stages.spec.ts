import type { RecordBlock } from '@hercules/kafka';
import * as fc from 'fast-check';
import type { Checkpoint } from './checkpoint.ts';
import { windowConfigSchema } from './config.ts';
import { type CountAndSum, countAndSum, type Sample, SampleAssigner, sampleEvent } from './counting-fixture.ts';
import { MergeProcessor, newMergeCounters, type WindowResult } from './merge-processor.ts';
import type { Output } from './output.ts';
import { PartialsProcessor } from './partials-processor.ts';
import type { PartitionProcessor } from './processor.ts';
import { blockOf } from './record-block-fixture.ts';
import { newWindowCounters } from './window-counters.ts';

const NOW = 2_000_000;

/** A topic of partial results with one partition, in memory. */
class PartialsLog {
  readonly values: Buffer[] = [];
  readonly output = {
    partitionCount: () => 1,
    append: (_topic: string, _partition: number, bytes: Buffer, _keyStart: number, _keyEnd: number, start: number, end: number) =>
      void this.values.push(Buffer.from(bytes.subarray(start, end))),
  } as unknown as Output;

  from(offset: number): RecordBlock {
    return blockOf(this.values.slice(offset), { firstOffset: offset });
  }
}

/** What is left of the results: for each window and series the newest. */
type Results = Map<string, CountAndSum & Pick<WindowResult, 'isComplete'>>;

/** @param rollUps lengths that are made of the first of `periods` */
function setUp(inputs: readonly (readonly Buffer[])[], settings: object = {}, periods = [10, 100], rollUps: readonly number[] = []) {
  const config = windowConfigSchema.parse({ disorderMs: 5, latenessMs: 50, amendIntervalMs: 50, ...settings });
  const log = new PartialsLog();
  const results: Results = new Map();
  const counters = newWindowCounters();
  const mergeCounters = newMergeCounters();
  const createPartials = (partition: number, restored?: Checkpoint) =>
    new PartialsProcessor<CountAndSum>({
      source: { topic: 'input', partition },
      restored,
      output: log.output,
      topic: 'partials',
      settings: config,
      codec: countAndSum,
      assigner: new SampleAssigner(periods, config.latenessMs, rollUps.at(-1)),
      counters,
      countSources: () => inputs.length,
      nowMs: NOW,
    });
  const createMerge = (restored?: Checkpoint) =>
    new MergeProcessor<CountAndSum>({
      restored,
      settings: config,
      codec: countAndSum,
      rollUps: { ofPeriodMs: periods[0]!, periodsMs: rollUps, includes: () => true },
      counters: mergeCounters,
      writer: {
        write({ periodMs, startMs, isComplete }, series) {
          for (const { key, aggregate } of series) results.set(`${periodMs}@${startMs} ${key}`, { ...aggregate, isComplete });
        },
      },
    });
  return { log, results, counters, mergeCounters, createPartials, createMerge };
}

/** Plain recomputation: each sample once, in the windows that may still take it. */
function expected(samples: readonly Sample[], periods: readonly number[]): Map<string, CountAndSum> {
  const sums = new Map<string, CountAndSum>();
  const seen = new Set<number>();
  for (const { id, timeMs, series, value } of samples) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const period of periods) {
      const key = `${period}@${Math.floor(timeMs / period) * period} ${series}`;
      const sum = sums.get(key) ?? { count: 0, sum: 0 };
      sums.set(key, { count: sum.count + 1, sum: sum.sum + value });
    }
  }
  return sums;
}

const withoutFlag = (results: Results): Map<string, CountAndSum> =>
  new Map([...results].map(([key, { count, sum }]) => [key, { count, sum }]));

describe('partial and merged windows', () => {
  /** Samples of two partitions, in order but for a few ms, with repetitions. */
  const samplesOf = fc.array(
    fc.record({ stepMs: fc.nat(8), back: fc.nat(5), series: fc.constantFrom('a', 'b', 'c'), value: fc.nat(1000), repeats: fc.nat(2) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  );

  it.each([
    ['counted', [10, 100], []],
    ['made of shorter ones', [10], [20, 100]],
  ])(
    'come to what a plain recomputation gives, whatever is stopped and begun again on the way: long windows are %s',
    (_, periods, rollUps) => {
      fc.assert(
        fc.property(samplesOf, samplesOf, fc.array(fc.nat(9), { minLength: 30, maxLength: 30 }), (one, other, dice) => {
          const samples = [one, other].map((list, p) => {
            let timeMs = 1_000_000;
            return list.flatMap(({ stepMs, back, series, value, repeats }, i): Sample[] => {
              timeMs += stepMs;
              return Array.from({ length: 1 + repeats }, () => ({ id: p * 1000 + i, timeMs: timeMs - back, series, value }));
            });
          });
          const inputs = samples.map((list) => list.map(sampleEvent));
          const { log, results, createPartials, createMerge } = setUp(inputs, {}, periods, rollUps);
          const stages: {
            processor: PartitionProcessor;
            position: number;
            hasProcessed: boolean;
            committed: { offset: number; checkpoint: Checkpoint } | undefined;
          }[] = [
            { processor: createPartials(0), position: 0, hasProcessed: false, committed: undefined },
            { processor: createPartials(1), position: 0, hasProcessed: false, committed: undefined },
            { processor: createMerge(), position: 0, hasProcessed: false, committed: undefined },
          ];
          const inputAt = (stage: number, position: number, most: number): Buffer[] =>
            (inputs[stage] ?? log.values).slice(position, position + most);
          let now = NOW;
          let turn = 0;
          // Until all is read, and a while longer so that windows close.
          for (let rest = 40; rest > 0;) {
            const stage = turn++ % 3;
            const running = stages[stage]!;
            const die = dice[turn % dice.length]!;
            now += 40;
            if (die === 0 && turn < 200) {
              // Killed: begins again from its last commit.
              const { committed } = running;
              running.processor = stage === 2 ? createMerge(committed?.checkpoint) : createPartials(stage, committed?.checkpoint);
              running.position = committed?.offset ?? 0;
              running.hasProcessed = false;
            }
            const values = inputAt(stage, running.position, 1 + die * 2);
            if (values.length > 0) {
              running.processor.process(blockOf(values, { partition: stage, firstOffset: running.position }), now);
              running.position += values.length;
              running.hasProcessed = true;
            }
            const length = (inputs[stage] ?? log.values).length;
            running.processor.tick(now, running.position >= length);
            // As the loop does: what has processed nothing since it began has nothing to commit.
            if (die % 2 === 1 && running.hasProcessed)
              running.committed = { offset: running.processor.rereadFrom, checkpoint: running.processor.checkpoint };
            if (stages.slice(0, 2).every(({ position }, i) => position >= inputs[i]!.length)) rest--;
          }
          stages[2]!.processor.process(log.from(stages[2]!.position), now);
          stages[2]!.processor.tick(now + 10_000, true);
          expect(withoutFlag(results)).toEqual(expected(samples.flat(), [...periods, ...rollUps]));
        }),
        { numRuns: 200 },
      );
    },
  );

  it('amends a window with what is late, and counts what is too late', () => {
    const sample = (id: number, timeMs: number): Buffer => sampleEvent({ id, timeMs, series: 's', value: 1 });
    const inputs = [[sample(1, 1_000_001), sample(2, 1_000_040), sample(3, 1_000_002), sample(4, 1_000_500), sample(5, 1_000_003)]];
    const { log, results, counters, createPartials, createMerge } = setUp(inputs, {}, [10]);
    const partials = createPartials(0);
    const merge = createMerge();
    let read = 0;
    const step = (i: number, now: number): unknown => {
      partials.process(blockOf([inputs[0]![i]!], { firstOffset: i }), now);
      partials.tick(now, false);
      merge.process(log.from(read), now);
      read = log.values.length;
      merge.tick(now, false);
      return results.get('10@1000000 s');
    };
    expect(step(0, NOW)).toEqual({ count: 1, sum: 1, isComplete: false });
    expect(step(1, NOW + 100)).toEqual({ count: 1, sum: 1, isComplete: true });
    expect(step(2, NOW + 200)).toEqual({ count: 2, sum: 2, isComplete: true });
    step(3, NOW + 300);
    expect(step(4, NOW + 400)).toEqual({ count: 2, sum: 2, isComplete: true });
    expect(counters).toMatchObject({ counted: 4, late: 1, repeated: 0 });
  });

  it('waits for an input partition that is behind, but not beyond the deadline, and does not close what it may still add to', () => {
    const sample = (id: number, timeMs: number): Buffer => sampleEvent({ id, timeMs, series: 's', value: 1 });
    const inputs = [
      [sample(1, 1_000_001), sample(2, 1_009_000)],
      [sample(3, 1_000_002), sample(4, 1_009_000)],
    ];
    const { log, results, createPartials, createMerge, mergeCounters } = setUp(inputs, { deadlineMs: 1500 }, [10]);
    const [one, other] = [createPartials(0), createPartials(1)];
    const merge = createMerge();
    one.process(blockOf(inputs[0]!), 1_000_100);
    one.tick(1_000_100, false);
    merge.process(log.from(0), 1_000_100);
    merge.tick(1_000_100, false);
    expect(results.size).toBe(0);
    merge.tick(1_001_510, false);
    expect(results.get('10@1000000 s')).toEqual({ count: 1, sum: 1, isComplete: false });
    expect(mergeCounters.incompleteResults).toBe(1);
    const read = log.values.length;
    other.process(blockOf(inputs[1]!, { partition: 1 }), 1_060_000);
    other.tick(1_060_000, false);
    merge.process(log.from(read), 1_060_000);
    merge.tick(1_060_000, false);
    expect(results.get('10@1000000 s')).toEqual({ count: 2, sum: 2, isComplete: true });
    expect(merge.groupCount).toBe(1);
  });

  it('closes a window only after all parts that an input partition writes of it at once', () => {
    const events = [0, 1, 2].map((i) => sampleEvent({ id: i, timeMs: 1_000_001 + i * 20, series: 's', value: 1 }));
    const inputs = [[...events, sampleEvent({ id: 3, timeMs: 1_009_000, series: 's', value: 1 })]];
    const { log, results, mergeCounters, createPartials, createMerge } = setUp(inputs, {}, [10]);
    const partials = createPartials(0);
    const merge = createMerge();
    partials.tick(NOW, true);
    partials.process(blockOf(inputs[0]!), NOW);
    partials.tick(NOW, true);
    log.values.forEach((_, i) => {
      merge.process(blockOf([log.values[i]!], { firstOffset: i }), NOW);
      merge.tick(NOW + i, false);
    });
    expect(mergeCounters.latePartials).toBe(0);
    expect([...results.keys()]).toHaveLength(4);
  });

  it('forgets ids, but nothing that has been counted, when it begins again', () => {
    const events = Array.from({ length: 1500 }, (_, i) => sampleEvent({ id: i, timeMs: 1_000_000 + i * 2, series: 's', value: 1 }));
    const { log, results, createPartials, createMerge } = setUp([events], { maxEventIds: 1000 }, [10_000]);
    const first = createPartials(0);
    first.process(blockOf(events), NOW);
    expect(first.checkpoint.forgottenMs).toBe(1_001_000);
    const second = createPartials(0, first.checkpoint);
    expect(first.rereadFrom).toBe(0);
    second.process(blockOf(events), NOW);
    expect(second.checkpoint).toEqual(first.checkpoint);
    const late = [sampleEvent({ id: 1, timeMs: 1_000_002, series: 's', value: 1 })];
    second.process(blockOf(late, { firstOffset: events.length }), NOW);
    second.tick(NOW, true);
    const merge = createMerge();
    merge.process(log.from(0), NOW);
    merge.tick(NOW, true);
    expect(results.get('10000@1000000 s')).toMatchObject({ count: 1500 });
  });

  it('counts what is no event, nothing to count, of the future, or beyond the bound of series', () => {
    const now = 1_000_000;
    const events = [
      Buffer.from('no event'),
      sampleEvent({ id: 1, timeMs: now + 70_000, series: 's', value: 1 }),
      ...Array.from({ length: 101 }, (_, i) => sampleEvent({ id: 10 + i, timeMs: now, series: `s${i}`, value: 1 })),
    ];
    const { counters, createPartials } = setUp([events], { maxGroups: 100 }, [10]);
    createPartials(0).process(blockOf(events, { arrivalMs: now }), now);
    expect(counters).toMatchObject({ undecodable: 1, ahead: 1, counted: 100, overflowed: 1 });
  });
});
