import { RecentBatches } from './recent-batches.ts';

const texts = (recent: RecentBatches): string[] => recent.toRepeat().map(String);

describe('RecentBatches', () => {
  it('repeats nothing while nothing was lost', () => {
    const recent = new RecentBatches(1000, 100);
    recent.add(Buffer.from('a'), 0);
    expect(texts(recent)).toEqual([]);
  });

  it('repeats what the window before the loss holds, and what came after it', () => {
    const recent = new RecentBatches(1000, 100);
    recent.add(Buffer.from('a'), 0);
    recent.add(Buffer.from('b'), 900);
    recent.lost(1500);
    recent.lost(9000);
    recent.add(Buffer.from('c'), 9000);
    expect(texts(recent)).toEqual(['b', 'c']);
  });

  it('keeps what was repeated for another loss', () => {
    const recent = new RecentBatches(1000, 100);
    recent.add(Buffer.from('a'), 0);
    recent.lost(500);
    recent.repeated(5000);
    expect(texts(recent)).toEqual([]);
    recent.lost(5500);
    expect(texts(recent)).toEqual(['a']);
  });

  it('copies, and stays within its bytes', () => {
    const recent = new RecentBatches(1000, 3);
    const bytes = Buffer.from('ab');
    recent.add(bytes, 0);
    bytes.fill('x');
    recent.add(Buffer.from('c'), 1);
    recent.lost(2);
    expect(texts(recent)).toEqual(['ab', 'c']);
    recent.add(Buffer.from('d'), 3);
    expect(texts(recent)).toEqual(['c', 'd']);
    expect(recent.bytes).toBe(2);
  });

  it('remembers nothing with a window of 0', () => {
    const recent = new RecentBatches(0, 100);
    recent.add(Buffer.from('a'), 0);
    recent.lost(0);
    expect(texts(recent)).toEqual([]);
  });
});
