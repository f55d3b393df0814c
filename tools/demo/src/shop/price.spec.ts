import { HttpProblem } from '../http/http-problem.ts';
import { searchCatalogue } from './catalogue.ts';
import { priceOf, readItems } from './price.ts';

describe('priceOf', () => {
  it('adds shipping and tax to a small order', () => {
    const [cup] = searchCatalogue('white steel cup', 1);
    expect(cup?.priceCents).toBe(690);
    expect(priceOf([{ sku: cup!.sku, quantity: 2 }])).toEqual({ goods: 1380, discount: 0, shipping: 490, tax: 355, total: 2225 });
  });

  it('takes a tenth off five of a kind and ships large orders for nothing', () => {
    const [kettle] = searchCatalogue('white copper kettle', 1);
    expect(priceOf([{ sku: kettle!.sku, quantity: 5 }])).toEqual({ goods: 41_880, discount: 4188, shipping: 0, tax: 7161, total: 44_853 });
  });

  it('refuses what the shop does not have', () => {
    expect(() => priceOf([{ sku: 'X', quantity: 1 }])).toThrow(new HttpProblem(400, 'there is no product X'));
  });
});

it.each([undefined, {}, { items: [] }, { items: [null] }, { items: [{ sku: 'a', quantity: 0 }] }, { items: [{ sku: 1, quantity: 1 }] }])(
  'readItems refuses %j',
  (body) => expect(() => readItems(body)).toThrow(HttpProblem),
);
