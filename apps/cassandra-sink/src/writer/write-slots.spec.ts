import { WriteSlots } from './write-slots.ts';

it('passes a slot on that was of no use to who had waited for it, to the next one', async () => {
  const slots = new WriteSlots(1);
  const order: string[] = [];
  await slots.take();
  const first = slots.take().then(() => {
    order.push('first');
    slots.giveBack();
  });
  const second = slots.take().then(() => void order.push('second'));
  expect(slots.taken).toBe(1);
  slots.giveBack();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  slots.giveBack();
  expect(slots.taken).toBe(0);
});
