/** Type codes of the wire format (protocol §2). */
export const TypeCode = {
  CONTAINER: 0x01,
  BYTE: 0x02,
  SHORT: 0x03,
  INTEGER: 0x04,
  LONG: 0x05,
  FLAG: 0x06,
  FLOAT: 0x07,
  DOUBLE: 0x08,
  STRING: 0x09,
  UUID: 0x0a,
  NULL: 0x0b,
  VECTOR: 0x80,
} as const;

export type TypeCode = (typeof TypeCode)[keyof typeof TypeCode];

export type TypeName =
  'container' | 'byte' | 'short' | 'integer' | 'long' | 'flag' | 'float' | 'double' | 'string' | 'uuid' | 'null' | 'vector';

const CODES: Readonly<Record<TypeName, TypeCode>> = {
  container: TypeCode.CONTAINER,
  byte: TypeCode.BYTE,
  short: TypeCode.SHORT,
  integer: TypeCode.INTEGER,
  long: TypeCode.LONG,
  flag: TypeCode.FLAG,
  float: TypeCode.FLOAT,
  double: TypeCode.DOUBLE,
  string: TypeCode.STRING,
  uuid: TypeCode.UUID,
  null: TypeCode.NULL,
  vector: TypeCode.VECTOR,
};

const NAMES = new Map<number, TypeName>(Object.entries(CODES).map(([name, code]) => [code, name as TypeName]));

export function typeCodeOf(name: TypeName): TypeCode {
  return CODES[name];
}

/** @returns undefined for a code that the format does not know */
export function typeNameOf(code: number): TypeName | undefined {
  return NAMES.get(code);
}
