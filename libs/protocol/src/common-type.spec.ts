import { commonType } from './common-type.ts';

describe('commonType', () => {
  it.each([
    ['string', 'string', 'string'],
    ['integer', 'long', 'long'],
    ['long', 'integer', 'long'],
    ['double', 'integer', 'double'],
    ['long', 'double', 'double'],
    ['integer', 'string', undefined],
    ['flag', 'double', undefined],
    ['float', 'double', undefined],
  ] as const)('of %s and %s is %s', (a, b, common) => expect(commonType(a, b)).toBe(common));
});
