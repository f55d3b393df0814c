import * as fc from 'fast-check';
import { NONE } from './span-columns.ts';
import { TraceQueue } from './trace-queue.ts';

describe('TraceQueue', () => {
  it('does what a Map in the order of its entries does', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: -40, max: 40 }) },
      { weight: 2, arbitrary: fc.constant('remove' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 2000 }), (steps) => {
        const queue = new TraceQueue();
        const model = new Map<number, { offset: number; spans: number }>();
        for (const [i, id] of steps.entries()) {
          if (id === 'remove') {
            const oldest = model.keys().next();
            expect(queue.isEmpty).toBe(oldest.done === true);
            if (oldest.done) continue;
            model.delete(oldest.value);
            queue.removeOldest();
            continue;
          }
          let slot = queue.find(id >> 2, id);
          expect(slot === NONE).toBe(!model.has(id));
          if (slot === NONE) {
            slot = queue.add(id >> 2, id, i * 2, i);
            model.set(id, { offset: i, spans: 0 });
          }
          const known = model.get(id)!;
          expect([queue.append(slot, i), queue.offset(slot), queue.firstEndMs(slot)]).toEqual([
            ++known.spans,
            known.offset,
            known.offset * 2,
          ]);
          expect([queue.last(slot), queue.size(slot)]).toEqual([i, known.spans]);
          expect(queue.offset(queue.oldest)).toBe(model.values().next().value!.offset);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('grows, and keeps its order and its traces', () => {
    const queue = new TraceQueue();
    for (let i = 0; i < 200; i++) queue.add(i, -i, i, i);
    for (let i = 0; i < 150; i++) queue.removeOldest();
    for (let i = 200; i < 5000; i++) queue.add(i, -i, i, i);
    for (let i = 150; i < 5000; i++) {
      expect([queue.find(i, -i), queue.offset(queue.oldest)]).toEqual([queue.oldest, i]);
      queue.removeOldest();
    }
    expect([queue.isEmpty, queue.find(4999, -4999)]).toEqual([true, NONE]);
  });
});
