/** The four bytes at `at` as a signed number. By hand, because the methods of Buffer check their arguments, which costs more than the reading. */
export function int32(buf: Buffer, at: number): number {
  return (buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!;
}
