import type { FetchedRecords, ReadPosition } from './partition-reader.ts';
import { RecordColumns } from './record-block.ts';
import { RecordRange } from './record-range.ts';

const UNHEARD = new AbortController().signal;

/** One record at each offset of [earliest, latest). */
class Log {
  earliest = 0;
  latest = 10;

  offsets(_topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number): Promise<ReadPosition[]> {
    return Promise.resolve(partitions.map((partition) => ({ partition, offset: point === 'earliest' ? this.earliest : this.latest })));
  }

  fetch(topic: string, positions: readonly ReadPosition[]): Promise<FetchedRecords[]> {
    return Promise.resolve(
      positions.map(({ partition, offset }) => {
        if (offset < this.earliest || offset > this.latest) return { partition, offset, blocks: [], isOutOfRange: true };
        const block = new RecordColumns(topic, partition, Buffer.alloc(0), this.latest, offset, this.latest - offset);
        for (; block.count < this.latest - offset; block.count++) block.offsets[block.count] = offset + block.count;
        block.lastOffset = this.latest - 1;
        return { partition, offset, blocks: [block], isOutOfRange: false };
      }),
    );
  }
}

async function read(range: RecordRange): Promise<number[]> {
  const offsets: number[] = [];
  const take = (block: { offsets: Float64Array }, i: number): boolean => offsets.push(block.offsets[i]!) > 0;
  await range.read(take, () => Promise.resolve(), UNHEARD);
  return offsets;
}

describe('RecordRange', () => {
  it('goes on behind what retention has removed since it was opened', async () => {
    const log = new Log();
    const range = await RecordRange.between(log, 'logs', 1);
    log.earliest = 7;
    expect(await read(range)).toEqual([7, 8, 9]);
    expect(range.isComplete).toBe(true);
  });

  it('ends when retention has removed all of it, or the topic was made anew with less', async () => {
    for (const [earliest, latest] of [
      [12, 20],
      [0, 2],
    ] as const) {
      const log = new Log();
      const range = await RecordRange.between(log, 'logs', 1, { cursor: '0:5' });
      Object.assign(log, { earliest, latest });
      expect(await read(range)).toEqual([]);
      expect(range.isComplete).toBe(true);
    }
  });
});
