import type { Random } from './random.ts';

/** Bytes on which encodings turn: ends of ranges, varints that go on, delimiters of text. */
const TELLING_BYTES = [0, 1, 2, 7, 8, 0x0a, 0x10, 0x1f, 0x20, 0x22, 0x3b, 0x5b, 0x7b, 0x7f, 0x80, 0x81, 0xc0, 0xed, 0xfe, 0xff];
const TELLING_NUMBERS = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  255n,
  256n,
  65_535n,
  65_536n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 53n,
  (1n << 63n) - 1n,
  -(1n << 63n),
];
const MAX_CHANGES = 6;
const MAX_CHUNK = 64;
const MAX_REPEATS = 2000;

type Change = (input: Buffer, random: Random, seeds: readonly Buffer[], tokens: readonly Buffer[]) => Buffer;

/** Puts `put` in the place of `cut` bytes. */
function spliced(input: Buffer, at: number, cut: number, put: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), put, input.subarray(at + cut)]);
}

function changed(input: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(input);
  copy[at] = byte;
  return copy;
}

const chunkOf = (input: Buffer, random: Random): Buffer => {
  const start = random.below(input.length);
  return input.subarray(start, start + 1 + random.below(MAX_CHUNK));
};

const CHANGES: readonly Change[] = [
  // One bit.
  (input, random) => {
    const at = random.below(input.length);
    return changed(input, at, input[at]! ^ (1 << random.below(8)));
  },
  // One byte: a telling one, any, or a neighbour of what is there: lengths that are off by one.
  (input, random) => changed(input, random.below(input.length), random.pick(TELLING_BYTES)),
  (input, random) => changed(input, random.below(input.length), random.below(256)),
  (input, random) => {
    const at = random.below(input.length);
    return changed(input, at, input[at]! + (random.oneIn(2) ? 1 : 255));
  },
  // Cut off, or a part left out.
  (input, random) => input.subarray(0, random.below(input.length)),
  (input, random) => input.subarray(random.below(input.length)),
  (input, random) => spliced(input, random.below(input.length), 1 + random.below(MAX_CHUNK), Buffer.alloc(0)),
  // A part twice, somewhere else, many times, or of another input.
  (input, random) => spliced(input, random.below(input.length + 1), 0, chunkOf(input, random)),
  (input, random) => spliced(input, random.below(input.length), random.below(MAX_CHUNK), chunkOf(input, random)),
  (input, random) => {
    const chunk = chunkOf(input, random);
    const repeated = Buffer.concat(Array.from({ length: 1 + random.below(MAX_REPEATS) }, () => chunk));
    return spliced(input, random.below(input.length + 1), 0, repeated);
  },
  (input, random, seeds) => spliced(input, random.below(input.length), random.below(MAX_CHUNK), chunkOf(random.pick(seeds), random)),
  (input, random, seeds) => {
    const other = random.pick(seeds);
    return Buffer.concat([input.subarray(0, random.below(input.length)), other.subarray(random.below(other.length))]);
  },
  // Numbers at the ends of their ranges, in either order of bytes, or as a varint.
  (input, random) => {
    const bytes = Buffer.alloc(8);
    const value = BigInt.asUintN(64, random.pick(TELLING_NUMBERS));
    if (random.oneIn(2)) bytes.writeBigUInt64BE(value);
    else bytes.writeBigUInt64LE(value);
    const width = random.pick([1, 2, 4, 8]);
    const start = random.oneIn(2) ? 0 : 8 - width;
    return spliced(input, random.below(input.length), width, bytes.subarray(start, start + width));
  },
  (input, random) => spliced(input, random.below(input.length), 1, varint(random.pick(TELLING_NUMBERS))),
  (input, random) => spliced(input, random.below(input.length), random.below(3), random.bytes(1 + random.below(12))),
  // A piece of protobuf: a field that holds a part of the input, perhaps in itself again and again.
  (input, random) => {
    let nested: Buffer = chunkOf(input, random);
    const key = Buffer.from([(1 + random.below(15)) * 8 + 2]);
    for (let depth = 1 + (random.oneIn(4) ? random.below(200) : 0); depth > 0; depth--) {
      nested = Buffer.concat([key, varint(BigInt(nested.length)), nested]);
    }
    return spliced(input, random.below(input.length + 1), 0, nested);
  },
  // Digits of text.
  (input, random) => {
    const digits = String(random.pick(TELLING_NUMBERS)) + random.pick(['', '.5', 'e400', 'e-400', '0'.repeat(400)]);
    return spliced(input, random.below(input.length + 1), random.below(4), Buffer.from(digits));
  },
];

const TOKEN: Change = (input, random, _, tokens) =>
  spliced(
    input,
    random.below(input.length + 1),
    random.below(4),
    Buffer.concat(Array(random.oneIn(8) ? 1 + random.below(MAX_REPEATS) : 1).fill(random.pick(tokens))),
  );

/**
 * An input made from real ones by a few changes.
 * @param seeds at least one
 * @param tokens what means something to the parser
 * @param maxBytes longest result
 */
export function mutate(random: Random, seeds: readonly Buffer[], tokens: readonly Buffer[], maxBytes: number): Buffer {
  let input = random.pick(seeds);
  for (let changes = 1 + random.below(1 + random.below(MAX_CHANGES)); changes > 0; changes--) {
    if (input.length === 0) input = random.bytes(1 + random.below(MAX_CHUNK));
    const change = tokens.length > 0 && random.oneIn(6) ? TOKEN : random.pick(CHANGES);
    input = change(input, random, seeds, tokens).subarray(0, maxBytes);
  }
  // A copy: whoever keeps a view of an input by mistake shall not be saved by the next one being the same memory.
  return Buffer.from(input);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}
