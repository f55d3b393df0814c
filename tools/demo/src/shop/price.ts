import { HttpProblem } from '../http/http-problem.ts';
import { CATALOGUE } from './catalogue.ts';

export interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
}

/** All in cents. */
export interface Price {
  readonly goods: number;
  readonly discount: number;
  readonly shipping: number;
  readonly tax: number;
  readonly total: number;
}

const MOST_ITEMS = 50;
const MOST_PIECES = 100;
const PIECES_FOR_DISCOUNT = 5;
const DISCOUNT = 0.1;
const FREE_SHIPPING_FROM = 5000;
const SHIPPING = 490;
const TAX = 0.19;

/**
 * What an order costs: five pieces and more of a product are a tenth cheaper, and from 50 euros on shipping is free.
 * @throws HttpProblem 400
 */
export function priceOf(items: readonly OrderItem[]): Price {
  let goods = 0;
  let discount = 0;
  for (const { sku, quantity } of items) {
    const product = CATALOGUE.get(sku);
    if (product === undefined) throw new HttpProblem(400, `there is no product ${sku}`);
    const amount = product.priceCents * quantity;
    goods += amount;
    if (quantity >= PIECES_FOR_DISCOUNT) discount += Math.round(amount * DISCOUNT);
  }
  const shipping = goods - discount >= FREE_SHIPPING_FROM ? 0 : SHIPPING;
  const tax = Math.round((goods - discount + shipping) * TAX);
  return { goods, discount, shipping, tax, total: goods - discount + shipping + tax };
}

/** @throws HttpProblem 400 unless the body holds a list of items */
export function readItems(body: unknown): OrderItem[] {
  const items: unknown = (body as { items?: unknown } | undefined)?.items;
  if (!Array.isArray(items) || items.length === 0 || items.length > MOST_ITEMS) {
    throw new HttpProblem(400, `expected "items", a list of 1 to ${MOST_ITEMS}`);
  }
  return items.map((item: { sku?: unknown; quantity?: unknown } | null) => {
    const { sku, quantity } = item ?? {};
    if (typeof sku !== 'string' || !Number.isInteger(quantity) || Number(quantity) < 1 || Number(quantity) > MOST_PIECES) {
      throw new HttpProblem(400, `expected of each item "sku" and "quantity", 1 to ${MOST_PIECES}`);
    }
    return { sku, quantity: Number(quantity) };
  });
}
