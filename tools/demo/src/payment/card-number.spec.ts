import { isCardNumber } from './card-number.ts';

it.each(['4111111111111111', '5500005555555559', '340000000000009'])('%s is a card number', (text) =>
  expect(isCardNumber(text)).toBe(true),
);
it.each(['', '4111111111111112', '411111111111111x', '0'])('"%s" is none', (text) => expect(isCardNumber(text)).toBe(false));
