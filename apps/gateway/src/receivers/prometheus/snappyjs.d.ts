declare module 'snappyjs' {
  /** Packs bytes into one raw snappy block. */
  export function compress(plain: Buffer): Buffer;
}
