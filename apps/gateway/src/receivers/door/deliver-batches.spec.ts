import { HerculesError } from '@hercules/protocol';
import type { BatchSubmission } from '../../batch-intake.ts';
import type { StreamRoute } from '../../stream-access.ts';
import { deliverBatches } from './deliver-batches.ts';

const route = (topic: string): StreamRoute => ({ topic }) as StreamRoute;

describe('deliverBatches', () => {
  it('waits for all and tells the outcome of each', async () => {
    const submissions: BatchSubmission[] = [];
    const batches = ['a', 'b', 'c'].map((topic) => ({ route: route(topic), batch: Buffer.from(topic) }));
    let isGone = false;
    const outcomes = deliverBatches({ submit: (submission) => void submissions.push(submission) }, batches, () => isGone);
    const [a, b, c] = submissions as [BatchSubmission, BatchSubmission, BatchSubmission];
    expect(submissions.map((each) => [each.route.topic, each.batchLength, each.takeBatch().toString()])).toEqual([
      ['a', 1, 'a'],
      ['b', 1, 'b'],
      ['c', 1, 'c'],
    ]);
    expect(a.isAbandoned).toBe(false);
    isGone = true;
    expect(a.isAbandoned).toBe(true);
    const refused = new HerculesError('INVALID_EVENT', 'no');
    const lost = new HerculesError('KAFKA_UNAVAILABLE', 'away');
    c.onAppended(4, 1);
    c.onDelivered(lost);
    b.onRefused(refused);
    a.onAppended(2, 3);
    a.onDelivered(undefined);
    expect(await outcomes).toEqual([
      { accepted: 2, filtered: 3, error: undefined },
      { accepted: 0, filtered: 0, error: refused },
      { accepted: 0, filtered: 1, error: lost },
    ]);
  });

  it('has nothing to wait for without batches', async () => {
    expect(await deliverBatches({ submit: () => undefined }, [], () => false)).toEqual([]);
  });
});
