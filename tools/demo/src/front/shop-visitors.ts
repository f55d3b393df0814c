import { searchCatalogue } from '../shop/catalogue.ts';

/** More requests under way than this are not begun: a slow shop gets less load, not a growing pile of it. */
const MOST_UNDER_WAY = 10;
const TIMEOUT_MS = 10_000;
const SEARCHES = ['steel', 'copper kettle', 'blue cup', 'porcelain', 'green tray', 'tea', 'glass teapot', 'spoon'];
const CARDS = ['4111111111111111', '5500005555555559', '340000000000009'];

/** Customers who look around and buy now and then: so many requests a second on average, each by itself. */
export class ShopVisitors {
  readonly #shop: string;
  readonly #perSecond: number;
  #timer: NodeJS.Timeout | undefined;
  #underWay = 0;

  /** @param perSecond 0 = nobody comes */
  constructor(shop: string, perSecond: number) {
    this.#shop = shop;
    this.#perSecond = perSecond;
  }

  start(): void {
    if (this.#perSecond === 0) return;
    // Independent visitors come with exponentially distributed pauses between them.
    const pauseMs = (-Math.log(1 - Math.random()) * 1000) / this.#perSecond;
    this.#timer = setTimeout(() => {
      if (this.#underWay < MOST_UNDER_WAY) void this.#visit();
      this.start();
    }, pauseMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** A failed visit is what the shop's own telemetry tells about. */
  async #visit(): Promise<void> {
    this.#underWay++;
    try {
      const { path, ...init } = someRequest();
      const headers = { 'content-type': 'application/json', 'user-agent': 'shop-visitor' };
      const response = await fetch(`${this.#shop}${path}`, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.arrayBuffer();
    } catch {
      // The shop is stopping, or slower than a visitor is patient.
    } finally {
      this.#underWay--;
    }
  }
}

/** Of ten requests five are searches, two look at a product and three are orders. */
function someRequest(): { path: string; method?: string; body?: string } {
  const kind = Math.random() * 10;
  const text = oneOf(SEARCHES);
  if (kind < 5) return { path: `/products?query=${encodeURIComponent(text)}` };
  const products = searchCatalogue(text, 20);
  if (kind < 7) return { path: `/product?sku=${oneOf(products).sku}` };
  const items = Array.from({ length: 1 + whole(3) }, () => ({ sku: oneOf(products).sku, quantity: 1 + whole(7) }));
  return { path: '/orders', method: 'POST', body: JSON.stringify({ items, card: oneOf(CARDS) }) };
}

function whole(below: number): number {
  return Math.floor(Math.random() * below);
}

function oneOf<T>(list: readonly T[]): T {
  return list[whole(list.length)]!;
}
