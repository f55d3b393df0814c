/** Kafka's seed and constants (org.apache.kafka.common.utils.Utils). */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * Kafka's murmur2 of the bytes in [start, end), by which its default partitioner places records with a key.
 * @returns an unsigned 32-bit number
 */
export function murmur2(buf: Uint8Array, start = 0, end = buf.length): number {
  const length = end - start;
  let h = SEED ^ length;
  const lastWord = start + (length & ~3);
  for (let i = start; i < lastWord; i += 4) {
    let k = buf[i]! | (buf[i + 1]! << 8) | (buf[i + 2]! << 16) | (buf[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const left = length & 3;
  if (left === 3) h ^= buf[lastWord + 2]! << 16;
  if (left >= 2) h ^= buf[lastWord + 1]! << 8;
  if (left >= 1) h = Math.imul(h ^ buf[lastWord]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h >>> 0;
}

/** The partition, 0 to `partitions` − 1, that Kafka's default partitioner gives to the key in [start, end) (model §5.2). */
export function kafkaPartition(buf: Uint8Array, start: number, end: number, partitions: number): number {
  return (murmur2(buf, start, end) & 0x7fff_ffff) % partitions;
}
