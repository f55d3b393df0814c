import { Delivery } from './delivery.ts';
import { until } from './fake-cluster.ts';
import { deliver, outcome, ProducerFixture } from './producer-fixture.ts';

/** What went wrong once, or would go wrong quietly: losses, starvation and waits that nobody asked for. */
describe('BatchingProducer under faults', () => {
  let fixture: ProducerFixture;
  beforeEach(async () => {
    fixture = new ProducerFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  it('never takes the numbers of a batch of unknown fate for another one, which the broker would drop as its repetition', async () => {
    const { producer } = await fixture.producer({ deliveryTimeoutMs: 1000 });
    fixture.broker.script.push('write-and-drop', 'silence', 'silence', 'silence', 'silence');
    expect(await outcome(deliver(producer, 0, 'written, but given up'))).toBe('KAFKA_UNAVAILABLE');
    fixture.broker.script.length = 0;
    const given = fixture.broker.seen.length;
    await deliver(producer, 0, 'next');
    expect(fixture.broker.values('t')).toEqual(['written, but given up', 'next']);
    const [old, next] = [fixture.broker.seen[0]!, fixture.broker.seen[given]!];
    expect(next.producerId).not.toBe(old.producerId);
    expect(next.baseSequence).toBe(0);
  });

  it('takes no numbers again either when a batch of unknown fate is refused at last', async () => {
    const { producer } = await fixture.producer();
    await deliver(producer, 0, 'a');
    fixture.broker.script.push('write-and-drop', 29);
    expect(await outcome(deliver(producer, 0, 'written, but refused'))).toBe('INTERNAL');
    await deliver(producer, 0, 'next');
    expect(fixture.broker.values('t')).toEqual(['a', 'written, but refused', 'next']);
  });

  it('sends again as soon as the wait is over', async () => {
    const { producer } = await fixture.producer({ retryBackoffMs: 20 });
    await deliver(producer, 0, 'a');
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      fixture.broker.script.push(6);
      const startedAt = performance.now();
      await deliver(producer, 0, String(i));
      waits.push(performance.now() - startedAt);
    }
    // The first wait is 15 to 25 ms; one that is missed by a millisecond would last until the next sweep.
    expect(waits.sort((a, b) => a - b)[4]).toBeLessThan(100);
  });

  it('gives the room of one acknowledgement to no more waiters than it is for', async () => {
    const { producer } = await fixture.producer({ maxBufferedBytes: 1_048_576 });
    fixture.broker.script.push('silence');
    const first = deliver(producer, 0, Buffer.alloc(1_000_000));
    let most = 0;
    const waiters = Array.from({ length: 8 }, async (_, i) => {
      expect(await producer.waitForRoom(500_100, 20_000)).toBe(true);
      const delivery = deliver(producer, i % 3, Buffer.alloc(500_000));
      most = Math.max(most, producer.bufferedBytes);
      await delivery;
    });
    await Promise.all([first, ...waiters]);
    expect(most).toBeLessThanOrEqual(1_048_576);
  });

  it('gives room on when the one who waited for it does not take it', async () => {
    const { producer } = await fixture.producer({ maxBufferedBytes: 1_048_576 });
    fixture.broker.script.push('silence');
    const first = deliver(producer, 0, Buffer.alloc(1_000_000));
    const waiters = [1, 2, 3].map(() => producer.waitForRoom(1_000_000, 5000));
    await first;
    expect(await Promise.all(waiters)).toEqual([true, true, true]);
  });

  it('says that a topic is gone, also when the metadata said so first', async () => {
    const { producer, cluster } = await fixture.producer({ deliveryTimeoutMs: 20_000 });
    await deliver(producer, 0, 'a');
    fixture.broker.topics.delete('t');
    await cluster.refreshMetadata();
    expect(await outcome(deliver(producer, 0, 'b'))).toBe('STREAM_NOT_FOUND');
    expect(producer.bufferedBytes).toBe(0);
  }, 15_000);

  it('forgets that a topic was unknown once the broker has another trouble with it', async () => {
    const { producer } = await fixture.producer({ deliveryTimeoutMs: 7000 });
    fixture.broker.script.push(3, ...new Array<number>(2000).fill(19));
    expect(await outcome(deliver(producer, 0, 'a'))).toBe('KAFKA_UNAVAILABLE');
  }, 15_000);

  it('lets no failing listener keep others from hearing of their records', async () => {
    const { producer } = await fixture.producer();
    const bytes = Buffer.from('v');
    const broken = new Delivery().onSettled(() => {
      throw new Error('a fault of the listener');
    });
    producer.append('t', 0, null, -1, -1, bytes, 0, 1, Date.now(), broken);
    broken.seal();
    const heard: unknown[] = [];
    deliver(producer, 0, 'w').then(
      () => heard.push('ok'),
      (error: unknown) => heard.push(error),
    );
    await until(() => heard.length === 1, 'the second delivery');
    expect(heard).toEqual(['ok']);
  });
});
