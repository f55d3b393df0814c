export interface Product {
  readonly sku: string;
  readonly name: string;
  /** Without tax. */
  readonly priceCents: number;
}

const KINDS: readonly [name: string, priceCents: number][] = [
  ['kettle', 3490],
  ['teapot', 2750],
  ['cup', 690],
  ['saucer', 450],
  ['tray', 1890],
  ['tea tin', 1150],
  ['strainer', 820],
  ['spoon', 340],
];
const MATERIALS: readonly [name: string, factor: number][] = [
  ['steel', 1],
  ['copper', 2.4],
  ['glass', 0.9],
  ['porcelain', 1.6],
  ['bamboo', 0.7],
];
const COLOURS: readonly string[] = ['white', 'black', 'blue', 'green', 'red'];

/** All that the shop sells, by sku; the same in every process. */
export const CATALOGUE: ReadonlyMap<string, Product> = new Map(allProducts().map((product) => [product.sku, product]));

/** Products whose names hold every word of the text, the cheapest first. */
export function searchCatalogue(text: string, limit: number): Product[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...CATALOGUE.values()]
    .filter(({ name }) => words.every((word) => name.includes(word)))
    .sort((a, b) => a.priceCents - b.priceCents || a.sku.localeCompare(b.sku))
    .slice(0, limit);
}

function allProducts(): Product[] {
  return KINDS.flatMap(([kind, priceCents], k) =>
    MATERIALS.flatMap(([material, factor], m) =>
      COLOURS.map((colour, c) => ({
        sku: `T${k + 1}${m + 1}${c + 1}`,
        name: `${colour} ${material} ${kind}`,
        priceCents: Math.round(priceCents * factor),
      })),
    ),
  );
}
