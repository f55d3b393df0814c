import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchChecker } from '../batch-checker.ts';
import { caught } from '../testing/caught.ts';
import { decodeVector, encodeVector, vectorJson, type VectorKind } from './vector-kinds.ts';

interface TestVector {
  readonly name: string;
  readonly kind: VectorKind;
  readonly hex: string;
  readonly json?: unknown;
  readonly error?: string;
}

const file = join(__dirname, '..', '..', 'test-data', 'vectors.json');
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: TestVector[] };
const good = vectors.filter(({ error }) => error === undefined);
const bad = vectors.filter(({ error }) => error !== undefined);

/** Bytes that no writer makes: another value for true, broken UTF-8, bytes behind the last event. */
const NOT_CANONICAL = ['flag-noncanonical-0x02', 'string-invalid-utf8', 'batch-count-smaller-than-data'];

describe('test vectors', () => {
  it.each(good)('$name decodes to its json', ({ kind, hex, json }) => {
    expect(decodeVector(kind, Buffer.from(hex, 'hex'))).toEqual(vectorJson(kind, json));
  });

  it.each(good.filter(({ name }) => !NOT_CANONICAL.includes(name)))('$name: its json encodes to its bytes', ({ kind, hex, json }) => {
    expect(encodeVector(kind, vectorJson(kind, json)).toString('hex')).toBe(hex);
  });

  it.each(bad)('$name is $error for the reader and the checker', ({ kind, hex, error }) => {
    const bytes = Buffer.from(hex, 'hex');
    const batch = kind === 'event' ? Buffer.concat([Buffer.from([0, 0, 0, 1]), bytes]) : bytes;
    expect(caught(() => decodeVector(kind, bytes))).toMatchObject({ kind: error });
    expect(caught(() => new BatchChecker().check(batch))).toMatchObject({ kind: error });
  });
});
