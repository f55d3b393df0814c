import fc from 'fast-check';
import type { Container, HerculesEvent, Value, Vector, VectorElement } from '../event.ts';
import type { TypeName } from '../type-code.ts';

/** Property tests draw events from here: small ones, of every type, with few different keys so that paths meet. */

const text = fc.string({ unit: 'binary', maxLength: 12 });
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '', 'ключ'), text);
const uuid = fc.uuid();
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

interface Shapes {
  container: Container;
  vector: Vector;
  value: Value;
}

const scalars: Record<Exclude<TypeName, 'container' | 'vector'>, fc.Arbitrary<VectorElement>> = {
  byte: fc.integer({ min: 0, max: 255 }),
  short: fc.integer({ min: -0x8000, max: 0x7fff }),
  integer: fc.integer(),
  long,
  flag: fc.boolean(),
  float: fc.float(),
  double: fc.double(),
  string: text,
  uuid,
  null: fc.constant(null),
};

const scalarTypes = Object.keys(scalars) as (keyof typeof scalars)[];

function vectorOf(elementType: TypeName, element: fc.Arbitrary<VectorElement>): fc.Arbitrary<Vector> {
  return fc.array(element, { maxLength: 4 }).map((elements) => ({
    elementType,
    elements: elementType === 'byte' ? Buffer.from(elements as number[]) : elements,
  }));
}

const { container } = fc.letrec<Shapes>((tie: fc.LetrecTypedTie<Shapes>) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    ...scalarTypes.map((type) => scalars[type].map((value) => ({ type, value }) as Value)),
    tie('container').map((value): Value => ({ type: 'container', value })),
    tie('vector').map((value): Value => ({ type: 'vector', value })),
  ),
  container: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((tags): Container => new Map(tags)),
  vector: fc.oneof(
    { maxDepth: 3 },
    ...scalarTypes.map((type) => vectorOf(type, scalars[type])),
    vectorOf('container', tie('container')),
    vectorOf('vector', tie('vector')),
  ),
}));

/** Events that the gateway takes. */
export const anyEvent: fc.Arbitrary<HerculesEvent> = fc.record({
  version: fc.constant(1),
  timestamp: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  uuid,
  payload: container,
});

export const anyContainer: fc.Arbitrary<Container> = container;

/** A change to bytes that hits lengths, counts and types more often than noise would. */
export interface Mutation {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly cut: number;
}

const telling = fc.constantFrom(
  Uint8Array.of(0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0x10, 0, 0, 0),
  Uint8Array.of(0, 0, 0, 1),
  Uint8Array.of(0x80, 0x0b, 0, 0x0f, 0x42, 0x41),
  ...[0, 1, 2, 8, 9, 0x0a, 0x0b, 0x0c, 0x80, 0xff].map((byte) => Uint8Array.of(byte)),
);

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.oneof(telling, fc.uint8Array({ maxLength: 3 })),
  cut: fc.integer({ min: 0, max: 6 }),
});

export const anyMutations: fc.Arbitrary<readonly Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 3 });

/** Replaces `cut` bytes by `bytes` at each place, a fraction of the length. */
export function mutate(buf: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce((bytes, { at, bytes: put, cut }) => {
    const start = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + cut)]);
  }, buf);
}
