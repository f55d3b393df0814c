import { FIXED_SIZE, UNKNOWN_TYPE } from './fixed-size.ts';
import { TypeCode, typeCodeOf, typeNameOf } from './type-code.ts';

describe('type codes', () => {
  it('have one name each, and no other code has one', () => {
    for (let code = 0; code < 256; code++) {
      const name = typeNameOf(code);
      const exists = (Object.values(TypeCode) as number[]).includes(code);
      expect(name !== undefined).toBe(exists);
      if (name !== undefined) expect(typeCodeOf(name)).toBe(code);
      expect(FIXED_SIZE[code] !== UNKNOWN_TYPE).toBe(exists);
    }
  });
});
