import { HerculesError } from '@hercules/protocol';
import { Delivery } from './delivery.ts';

const LOST = new HerculesError('KAFKA_UNAVAILABLE', 'lost');

describe('Delivery', () => {
  it('is settled at once when it is sealed without records', async () => {
    const delivery = new Delivery();
    delivery.seal();
    await expect(delivery.promise).resolves.toBeUndefined();
  });

  it('waits for every batch, and for the seal', () => {
    const heard: unknown[] = [];
    const delivery = new Delivery().onSettled((error) => heard.push(error));
    delivery.batchAdded();
    delivery.batchDone(undefined);
    expect(heard).toEqual([]);
    delivery.batchAdded();
    delivery.seal();
    expect(heard).toEqual([]);
    delivery.batchDone(undefined);
    expect(heard).toEqual([undefined]);
  });

  it('rejects with the first failure, once all batches have come to their end', async () => {
    const delivery = new Delivery();
    delivery.batchAdded();
    delivery.batchAdded();
    delivery.seal();
    delivery.batchDone(LOST);
    delivery.batchDone(new HerculesError('INTERNAL', 'later'));
    await expect(delivery.promise).rejects.toBe(LOST);
  });

  it('tells everyone who listens, the promise too', async () => {
    const heard: string[] = [];
    const delivery = new Delivery().onSettled(() => heard.push('first'));
    const { promise } = delivery;
    delivery.onSettled(() => heard.push('second'));
    delivery.seal();
    await promise;
    expect(heard).toEqual(['first', 'second']);
  });

  it('tells a listener that comes late', () => {
    const heard: unknown[] = [];
    const delivery = new Delivery();
    delivery.batchAdded();
    delivery.seal();
    delivery.batchDone(LOST);
    delivery.onSettled((error) => heard.push(error));
    expect(heard).toEqual([LOST]);
  });
});
