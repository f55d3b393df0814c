import * as fc from 'fast-check';
import type { Checkpoint } from './checkpoint.ts';
import { windowConfigSchema } from './config.ts';
import { type CountAndSum, countAndSum, SampleAssigner, sampleEvent } from './counting-fixture.ts';
import type { Contributions } from './event-assigner.ts';
import type { Output } from './output.ts';
import { PartialReader } from './partial-record.ts';
import { PartialsProcessor } from './partials-processor.ts';
import { blockOf } from './record-block-fixture.ts';
import { newWindowCounters } from './window-counters.ts';

const NOW = 2_000_000;
const GATHERING_MS = 30;
const GATHERED_PERIOD_MS = 40;

/** Counts samples, how many of a series come within a while of its first, and those that do. */
class GatheringAssigner extends SampleAssigner {
  readonly #latenessMs: number;
  readonly #gathered = new Map<string, { readonly firstMs: number; readonly offset: number; timeMs: number; count: number }>();

  constructor(latenessMs: number) {
    super([10, GATHERED_PERIOD_MS], latenessMs);
    this.#latenessMs = latenessMs;
  }

  get firstOffset(): number {
    return this.#gathered.values().next().value?.offset ?? Infinity;
  }

  get dueMs(): number {
    return (this.#gathered.values().next().value?.firstMs ?? Infinity) + GATHERING_MS;
  }

  accepted(_buffer: Buffer, _start: number, offset: number, to: Contributions<CountAndSum>): void {
    const gathered = this.#gathered.get(this.keys[0]!);
    if (gathered === undefined) {
      this.#gathered.set(this.keys[0]!, { firstMs: this.eventMs, offset, timeMs: this.eventMs, count: 1 });
      return;
    }
    gathered.count++;
    gathered.timeMs = Math.max(gathered.timeMs, this.eventMs);
    // And at once: that it is not the first.
    const aggregate = to.aggregate(this.eventMs, GATHERED_PERIOD_MS, this.#latenessMs, 'further', gathered.offset);
    if (aggregate !== undefined) aggregate.count++;
  }

  contribute(watermarkMs: number, to: Contributions<CountAndSum>): void {
    while (this.dueMs <= watermarkMs) {
      const [series, { timeMs, offset, count }] = this.#gathered.entries().next().value!;
      this.#gathered.delete(series);
      const aggregate = to.aggregate(timeMs, GATHERED_PERIOD_MS, this.#latenessMs, `gathered ${count}`, offset);
      if (aggregate === undefined) continue;
      aggregate.count++;
      aggregate.sum += count;
    }
  }
}

/** The partial results that there are, of each window and series the one that has been counted furthest. */
function partialsOf(events: readonly Buffer[], blocks: readonly number[], kills: readonly number[]): Map<string, CountAndSum> {
  const settings = windowConfigSchema.parse({ disorderMs: 5, latenessMs: 40, amendIntervalMs: 50 });
  const results = new Map<string, CountAndSum>();
  const positions = new Map<string, number>();
  const reader = new PartialReader();
  const output = {
    partitionCount: () => 1,
    append(_topic: string, _partition: number, bytes: Buffer, _keyStart: number, _keyEnd: number, start: number, end: number) {
      const record = reader.read(bytes, start, end);
      if ('sources' in record) return;
      const key = `${record.periodMs}@${record.startMs} ${record.key}`;
      if (record.position < (positions.get(key) ?? 0)) return;
      positions.set(key, record.position);
      results.set(key, countAndSum.decode(record.data, 0, record.data.length));
    },
  } as unknown as Output;
  const create = (restored?: Checkpoint): PartialsProcessor<CountAndSum> =>
    new PartialsProcessor({
      source: { topic: 'input', partition: 0 },
      restored,
      output,
      topic: 'partials',
      settings,
      codec: countAndSum,
      assigner: new GatheringAssigner(settings.latenessMs),
      counters: newWindowCounters(),
      countSources: () => 1,
      nowMs: NOW,
    });
  let processor = create();
  let committed: { offset: number; checkpoint: Checkpoint } | undefined;
  let position = 0;
  for (let turn = 0; position < events.length; turn++) {
    const die = kills[turn % kills.length]!;
    if (die === 0 && turn < 200) {
      processor = create(committed?.checkpoint);
      position = committed?.offset ?? 0;
    }
    const block = events.slice(position, position + blocks[turn % blocks.length]!);
    processor.process(blockOf(block, { firstOffset: position }), NOW + turn * 60);
    position += block.length;
    processor.tick(NOW + turn * 60, position === events.length);
    if (die % 2 === 1) committed = { offset: processor.rereadFrom, checkpoint: processor.checkpoint };
  }
  return results;
}

it('what several events give together is the same however many records are fetched at once, and wherever reading begins again', () => {
  const mostly = (weight: number, usual: fc.Arbitrary<number>, seldom: number) =>
    fc.oneof({ arbitrary: usual, weight }, { arbitrary: fc.constant(seldom), weight: 1 });
  // Now and then there is a gap, and an event that is too late.
  const steps = fc.array(fc.record({ stepMs: mostly(40, fc.nat(6), 150), backMs: mostly(4, fc.nat(15), 120) }), {
    minLength: 40,
    maxLength: 160,
  });
  const dice = fc.array(fc.nat(9), { minLength: 30, maxLength: 30 });
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 })), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(steps, sizes, dice, (list, blocks, kills) => {
      let timeMs = 1_000_000;
      const events = list.map(({ stepMs, backMs }, i) => {
        timeMs += stepMs;
        // All events of a series come while it is gathered, or after a gap.
        return sampleEvent({ id: i, timeMs: timeMs - backMs, series: `s${Math.floor(i / 4)}`, value: 1 });
      });
      const end = sampleEvent({ id: -1, timeMs: timeMs + GATHERING_MS + 10, series: 'end', value: 1 });
      const all = [...events, end];
      expect(partialsOf(all, blocks, kills)).toEqual(partialsOf(all, [1], [1]));
    }),
    { numRuns: 300 },
  );
});

it('what several events give together counts in its window, even if the next event comes so much later that it closes the window', () => {
  const times = [1_000_001, 1_000_002, 1_000_900, 1_000_900];
  const events = times.map((timeMs, i) => sampleEvent({ id: i, timeMs, series: `s${i >> 1}`, value: 1 }));
  expect(partialsOf(events, [1], [1]).get('40@1000000 gathered 2')).toEqual({ count: 1, sum: 2 });
});
