import { compositeRoutingKey, RowBatch } from './row-batch.ts';

const INSERT = { id: Buffer.from('id'), values: 3 };
const key = () => Buffer.from('k');

function addRow(batch: RowBatch, item: number, partition: string, text: string): void {
  batch.beginRow(INSERT);
  batch.text(text);
  batch.bigint(-2n);
  batch.boolean(true);
  batch.endRow(item, partition, key);
}

describe('RowBatch', () => {
  it('writes statements as the native protocol has them', () => {
    const batch = new RowBatch();
    addRow(batch, 0, 'p', 'ü');
    expect(batch.bytes.subarray(0, batch.length).toString('hex')).toBe(
      [
        '01', // prepared
        '0002' + Buffer.from('id').toString('hex'),
        '0003', // values
        '00000002' + 'c3bc',
        '00000008' + 'fffffffffffffffe',
        '00000001' + '01',
      ].join(''),
    );
  });

  it('groups rows by partition, with the items they belong to', () => {
    const batch = new RowBatch();
    for (const [item, partition] of [
      [0, 'a'],
      [0, 'b'],
      [1, 'a'],
      [2, 'c'],
    ] as const)
      addRow(batch, item, partition, 'x');
    expect([...batch.partitions].map(([name, { items }]) => [name, items])).toEqual([
      ['a', [0, 1]],
      ['b', [0]],
      ['c', [2]],
    ]);
    const ranges = [...batch.partitions.values()].flatMap((rows) => rows.ranges).sort((x, y) => x - y);
    expect([ranges[0], ranges.at(-1)]).toEqual([0, batch.length]);
  });

  it('grows, and begins anew', () => {
    const batch = new RowBatch();
    for (let i = 0; i < 100; i++) addRow(batch, i, 'p', 'x'.repeat(5000));
    expect(batch.length).toBeGreaterThan(500_000);
    const { ranges } = batch.partitions.get('p')!;
    expect(batch.bytes.toString('utf8', ranges[198]! + 11, ranges[198]! + 5011)).toBe('x'.repeat(5000));
    batch.reset();
    expect([batch.length, batch.partitions.size]).toEqual([0, 0]);
  });
});

it('a composite routing key has lengths and zeros', () => {
  expect(compositeRoutingKey([Buffer.from('ab'), Buffer.alloc(0)]).toString('hex')).toBe('0002616200' + '000000');
});
