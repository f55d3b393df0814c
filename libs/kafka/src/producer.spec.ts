import { Delivery } from './delivery.ts';
import { until } from './fake-cluster.ts';
import { deliver, outcome, ProducerFixture } from './producer-fixture.ts';

describe('BatchingProducer', () => {
  let fixture: ProducerFixture;
  beforeEach(async () => {
    fixture = new ProducerFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));

  it('puts what is appended together into one batch, and partitions of one leader into one request', async () => {
    const { producer } = await fixture.producer();
    await Promise.all([deliver(producer, 0, 'a', 'b'), deliver(producer, 1, 'c'), deliver(producer, 2, 'd'), deliver(producer, 0, 'e')]);
    expect(fixture.broker.batchesOfRequests).toEqual([3]);
    expect([0, 1, 2].map((partition) => fixture.broker.values('t', partition))).toEqual([['a', 'b', 'e'], ['c'], ['d']]);
    expect(producer.stats).toMatchObject({ records: 5, acknowledgedRecords: 5, batches: 3, requests: 1, failedRecords: 0, retries: 0 });
    expect(producer.bufferedBytes).toBe(0);
  });

  it('has one batch of a partition under way and gathers the next meanwhile', async () => {
    const { producer } = await fixture.producer();
    fixture.broker.script.push('silence');
    const first = deliver(producer, 0, 'first');
    await until(() => fixture.broker.seen.length === 1, 'the first batch');
    const rest = numbers(0, 20).map((value) => deliver(producer, 0, value));
    await Promise.all([first, ...rest]);
    expect(fixture.broker.seen.map(({ count }) => count)).toEqual([1, 1, 20]);
    expect(fixture.broker.values('t')).toEqual(['first', ...numbers(0, 20)]);
  });

  it('sends the same sequence numbers again when an answer is lost, so that nothing is written twice', async () => {
    const { producer } = await fixture.producer();
    fixture.broker.script.push('write-and-drop');
    await deliver(producer, 0, 'one', 'two');
    await deliver(producer, 0, 'three');
    expect(fixture.broker.seen.map(({ baseSequence }) => baseSequence)).toEqual([0, 0, 2]);
    expect(new Set(fixture.broker.seen.map(({ producerId }) => producerId)).size).toBe(1);
    expect(fixture.broker.values('t')).toEqual(['one', 'two', 'three']);
    expect(producer.stats.retries).toBe(1);
  });

  it.each([
    ['NOT_LEADER_OR_FOLLOWER', 6],
    ['LEADER_NOT_AVAILABLE', 5],
    ['NOT_ENOUGH_REPLICAS', 19],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 20],
    ['REQUEST_TIMED_OUT', 7],
    ['UNKNOWN_TOPIC_OR_PARTITION', 3],
    ['CORRUPT_MESSAGE', 2],
  ])('keeps the order over %s', async (_name, code) => {
    const { producer } = await fixture.producer();
    fixture.broker.script.push(code, code);
    const deliveries = [deliver(producer, 0, 'a')];
    await until(() => fixture.broker.seen.length === 1, 'the first try');
    deliveries.push(deliver(producer, 0, 'b'), deliver(producer, 0, 'c'));
    await Promise.all(deliveries);
    expect(fixture.broker.values('t')).toEqual(['a', 'b', 'c']);
  });

  it('holds up only the partition that fails', async () => {
    const { producer } = await fixture.producer({ retryBackoffMs: 2000 });
    fixture.broker.script.push(6);
    const late = outcome(deliver(producer, 0, 'late'));
    await until(() => fixture.broker.seen.length === 1, 'the first try');
    await deliver(producer, 1, 'in time');
    expect(fixture.broker.values('t')).toEqual([]);
    await fixture.stop();
    expect(await late).toBe('SHUTTING_DOWN');
  });

  it.each([
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 45],
    ['INVALID_PRODUCER_EPOCH', 47],
    ['UNKNOWN_PRODUCER_ID', 59],
  ])('goes on under a new producer id after %s', async (_name, code) => {
    const { producer } = await fixture.producer();
    await deliver(producer, 0, 'a');
    fixture.broker.script.push(code);
    const deliveries = [deliver(producer, 0, 'b')];
    await until(() => fixture.broker.seen.length === 2, 'the try that is refused');
    deliveries.push(deliver(producer, 0, 'c'));
    await Promise.all(deliveries);
    expect(fixture.broker.values('t')).toEqual(['a', 'b', 'c']);
    const [first, refused, again] = fixture.broker.seen;
    expect(refused).toMatchObject({ producerId: first!.producerId, baseSequence: 1 });
    expect(again!.producerId).not.toBe(first!.producerId);
    expect(again!.baseSequence).toBe(0);
  });

  it('fails what the broker will never take, and goes on', async () => {
    const { producer } = await fixture.producer();
    fixture.broker.script.push(10);
    expect(await outcome(deliver(producer, 0, 'too large'))).toBe('PAYLOAD_TOO_LARGE');
    expect(await outcome(deliver(producer, 0, 'small'))).toBe('ok');
    expect(fixture.broker.values('t')).toEqual(['small']);
    expect(fixture.broker.seen.map(({ baseSequence }) => baseSequence)).toEqual([0, 0]);
    expect(producer.stats).toMatchObject({ failedRecords: 1, acknowledgedRecords: 1 });
    expect(producer.bufferedBytes).toBe(0);
  });

  it('gives a record larger than a batch one of its own', async () => {
    const { producer } = await fixture.producer({ batchBytes: 1024 });
    const large = 'x'.repeat(50_000);
    await deliver(producer, 0, 'before', large, 'behind');
    expect(fixture.broker.values('t')).toEqual(['before', large, 'behind']);
    expect(fixture.broker.seen.map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  it('closes batches by size', async () => {
    const { producer } = await fixture.producer({ batchBytes: 1024 });
    await deliver(producer, 0, ...numbers(0, 400));
    expect(fixture.broker.values('t')).toEqual(numbers(0, 400));
    expect(Math.max(...fixture.broker.seen.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1024);
  });

  it('says where a single record was written', async () => {
    const { producer } = await fixture.producer();
    const places = await Promise.all(
      ['a', 'b', 'c'].map((value) => producer.sendOne('t', Buffer.from('k'), Buffer.from(value), { partition: 2 })),
    );
    expect(places).toEqual([0, 1, 2].map((offset) => ({ partition: 2, offset })));
    expect(await producer.sendOne('t', null, null)).toEqual({ partition: 0, offset: 0 });
  });

  it('marks batches with no producer when it is not idempotent', async () => {
    const { producer } = await fixture.producer({ idempotent: false });
    fixture.broker.script.push('write-and-drop');
    await deliver(producer, 0, 'twice');
    expect(fixture.broker.seen[0]).toMatchObject({ producerId: -1n, producerEpoch: -1, baseSequence: -1 });
    expect(fixture.broker.values('t')).toEqual(['twice', 'twice']);
  });

  it('fails deliveries that are not acknowledged in time, retryably', async () => {
    const { producer } = await fixture.producer({ deliveryTimeoutMs: 1000 });
    await fixture.broker.stop();
    await expect(deliver(producer, 0, 'a')).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', retryable: true });
    expect(producer.bufferedBytes).toBe(0);
    expect(producer.stats.failedRecords).toBe(1);
  });

  it('delivers after an outage, in order, without a restart', async () => {
    const { producer } = await fixture.producer();
    await deliver(producer, 0, 'before');
    await fixture.broker.stop();
    const during = numbers(0, 10).map((value) => deliver(producer, 0, value));
    await until(() => producer.stats.failedRequests > 1, 'failed requests');
    await fixture.broker.start();
    await Promise.all(during);
    expect(fixture.broker.values('t')).toEqual(['before', ...numbers(0, 10)]);
  });

  it('leaves a connection on which no answer comes any more', async () => {
    const { producer } = await fixture.producer();
    await deliver(producer, 0, 'a');
    fixture.broker.silenceConnections();
    await deliver(producer, 0, 'b');
    expect(fixture.broker.values('t')).toEqual(['a', 'b']);
  });

  it('knows partitions by the topic, learns of more, and finds no topic that is not there', async () => {
    const { producer, cluster } = await fixture.producer();
    expect([producer.partitionCount('t'), producer.partitionCount('new')]).toEqual([3, 0]);
    expect(await outcome(producer.prepareTopic('new'))).toBe('STREAM_NOT_FOUND');
    fixture.broker.topics.set('new', 2).set('t', 4);
    expect(await producer.prepareTopic('new')).toBe(2);
    await cluster.refreshMetadata();
    expect(producer.partitionCount('t')).toBe(4);
    await deliver(producer, 3, 'on the new partition');
    expect(fixture.broker.values('t', 3)).toEqual(['on the new partition']);
  });

  describe('room', () => {
    const MEBIBYTE = 1_048_576;

    it('counts what is not acknowledged', async () => {
      const { producer } = await fixture.producer({ maxBufferedBytes: MEBIBYTE });
      fixture.broker.script.push('silence');
      const delivery = deliver(producer, 0, Buffer.alloc(1_000_000));
      expect(producer.bufferedBytes).toBeGreaterThanOrEqual(1_000_000);
      expect([producer.hasRoom(40_000), producer.hasRoom(60_000)]).toEqual([true, false]);
      expect(await producer.waitForRoom(60_000, 20)).toBe(false);
      await delivery;
      expect(await producer.waitForRoom(MEBIBYTE, 20)).toBe(true);
    });

    it('is all there is for what is larger than that, as soon as it is free', async () => {
      const { producer } = await fixture.producer({ maxBufferedBytes: MEBIBYTE });
      fixture.broker.script.push('silence');
      const delivery = deliver(producer, 0, Buffer.alloc(1000));
      expect(await producer.waitForRoom(4 * MEBIBYTE, 20)).toBe(false);
      await delivery;
      expect(await producer.waitForRoom(4 * MEBIBYTE, 20)).toBe(true);
    });

    it('is given in the order it was asked for', async () => {
      const { producer } = await fixture.producer({ maxBufferedBytes: MEBIBYTE });
      fixture.broker.script.push('silence');
      const delivery = deliver(producer, 0, Buffer.alloc(1_000_000));
      const order: string[] = [];
      const large = producer.waitForRoom(900_000, 5000).then(() => order.push('large'));
      const small = producer.waitForRoom(1, 5000).then(() => order.push('small'));
      await Promise.all([delivery, large, small]);
      expect(order).toEqual(['large', 'small']);
    });

    it('takes an append beyond the bound all the same', async () => {
      const { producer } = await fixture.producer({ maxBufferedBytes: MEBIBYTE });
      await Promise.all([0, 1, 2].map((partition) => deliver(producer, partition, Buffer.alloc(MEBIBYTE, partition))));
      expect(producer.stats.acknowledgedRecords).toBe(3);
      expect(producer.bufferedBytes).toBe(0);
    });
  });

  describe('close', () => {
    it('gives what it has, then takes nothing', async () => {
      const { producer } = await fixture.producer({ lingerMs: 5000 });
      const delivery = deliver(producer, 0, 'last');
      await producer.close(5000);
      await delivery;
      expect(fixture.broker.values('t')).toEqual(['last']);
      expect(() => producer.append('t', 0, null, -1, -1, null, -1, -1, 0, new Delivery())).toThrow(
        expect.objectContaining({ code: 'SHUTTING_DOWN' }),
      );
      expect(await producer.waitForRoom(1, 5000)).toBe(false);
    });

    it('fails at the deadline what cannot be delivered, and counts it', async () => {
      const { producer } = await fixture.producer();
      await fixture.broker.stop();
      const deliveries = [deliver(producer, 0, 'a', 'b'), deliver(producer, 1, 'c')].map(outcome);
      const startedAt = performance.now();
      await producer.close(100);
      expect(performance.now() - startedAt).toBeLessThan(1000);
      expect(await Promise.all(deliveries)).toEqual(['SHUTTING_DOWN', 'SHUTTING_DOWN']);
      expect(producer.stats.failedRecords).toBe(3);
      expect(producer.bufferedBytes).toBe(0);
    });

    it('flushes without closing', async () => {
      const { producer } = await fixture.producer({ lingerMs: 5000 });
      const delivery = deliver(producer, 0, 'a');
      await producer.flush();
      await delivery;
      const second = deliver(producer, 0, 'b');
      await producer.flush();
      await second;
      expect(fixture.broker.values('t')).toEqual(['a', 'b']);
    });
  });
});
