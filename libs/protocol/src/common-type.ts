import type { TypeName } from './type-code.ts';

const WIDTHS: Partial<Record<TypeName, number>> = { integer: 1, long: 2, double: 3 };

/** The type of a vector that takes values of both types: whole numbers widen to Long, and to Double beside others; undefined if there is none. */
export function commonType(a: TypeName, b: TypeName): TypeName | undefined {
  if (a === b) return a;
  const [widthOfA, widthOfB] = [WIDTHS[a], WIDTHS[b]];
  if (widthOfA === undefined || widthOfB === undefined) return undefined;
  return widthOfA > widthOfB ? a : b;
}
