import { isDeepStrictEqual } from 'node:util';
import { ShapeError } from './shape.ts';

/** What the cases of a file came to. */
export class Report {
  passed = 0;
  readonly failures: string[] = [];
  readonly skips: string[] = [];

  /** Runs one case: it passes unless it throws. A file of the wrong shape is not a failed case and goes on up. */
  check(name: string, test: () => void): void {
    try {
      test();
      this.passed++;
    } catch (error) {
      if (error instanceof ShapeError) throw error;
      this.failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  skip(name: string, reason: string): void {
    this.skips.push(`${name}: ${reason}`);
  }
}

/** @throws Error that shows both, unless they are equal all the way down; the order of a Map's keys is not significant */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`${what} should be ${show(expected)}, but is ${show(actual)}`);
}

/** @throws Error unless the function throws an error for which `accepts` is true */
export function expectThrown(run: () => unknown, accepts: (error: unknown) => boolean, expected: string): void {
  try {
    run();
  } catch (error) {
    if (accepts(error)) return;
    throw new Error(`expected ${expected}, but got ${String(error)}`, { cause: error });
  }
  throw new Error(`expected ${expected}, but nothing was thrown`);
}

function show(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (JSON.stringify(value, showSpecial) ?? String(value));
}

function showSpecial(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}
