import { MINUTE_MS } from './minutes.ts';
import { readTopicMinutes } from './topic-minutes.ts';

it('sees what retention removes while the minutes are asked for', async () => {
  let earliest = 0;
  // Ten records a minute; before the second minute is asked for, retention removes the first and half of the second.
  const offsets = (_topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number) => {
    if (point === 'earliest') return Promise.resolve(partitions.map((partition) => ({ partition, offset: earliest })));
    const found = Math.max(earliest, ((point as number) / MINUTE_MS) * 10);
    earliest = 15;
    return Promise.resolve(partitions.map((partition) => ({ partition, offset: found })));
  };
  expect(await readTopicMinutes({ offsets }, 'logs', 1, 0, 3)).toEqual([{ partition: 0, bounds: [0, 15, 20, 30], earliest: 15 }]);
});
