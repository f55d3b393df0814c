import { DeadLetterCounts } from './dead-letter-counts.ts';

describe('DeadLetterCounts', () => {
  it('counts by stream and reason', () => {
    const counts = new DeadLetterCounts();
    counts.add('logs', 'undecodable');
    counts.add('logs', 'undecodable');
    counts.add('traces', 'undecodable');
    expect([...counts.all()]).toEqual([
      { stream: 'logs', reason: 'undecodable', letters: 2 },
      { stream: 'traces', reason: 'undecodable', letters: 1 },
    ]);
  });

  it.each(['logs', 'other'])('keeps its size, and loses no letter, when reasons of %s are endless', (stream) => {
    const counts = new DeadLetterCounts();
    for (let i = 0; i < 2000; i++) counts.add(stream, `reason ${i}`);
    const all = [...counts.all()];
    expect(all.length).toBeLessThanOrEqual(501);
    expect(all.reduce((sum, { letters }) => sum + letters, 0)).toBe(2000);
  });
});
