import { TypeCode } from './type-code.ts';

/** In {@link FIXED_SIZE}: the type exists and its values differ in size. */
export const VARIABLE_SIZE = 0xfe;
/** In {@link FIXED_SIZE}: the format has no such type. */
export const UNKNOWN_TYPE = 0xff;

/** Bytes of a value by type code (protocol §2), or one of the two marks above. */
export const FIXED_SIZE = new Uint8Array(256).fill(UNKNOWN_TYPE);
FIXED_SIZE[TypeCode.NULL] = 0;
FIXED_SIZE[TypeCode.BYTE] = 1;
FIXED_SIZE[TypeCode.FLAG] = 1;
FIXED_SIZE[TypeCode.SHORT] = 2;
FIXED_SIZE[TypeCode.INTEGER] = 4;
FIXED_SIZE[TypeCode.FLOAT] = 4;
FIXED_SIZE[TypeCode.LONG] = 8;
FIXED_SIZE[TypeCode.DOUBLE] = 8;
FIXED_SIZE[TypeCode.UUID] = 16;
FIXED_SIZE[TypeCode.STRING] = VARIABLE_SIZE;
FIXED_SIZE[TypeCode.CONTAINER] = VARIABLE_SIZE;
FIXED_SIZE[TypeCode.VECTOR] = VARIABLE_SIZE;
