import { HPath, TagSelector, TypeCode } from '@hercules/protocol';
import type { Condition, LongValue } from './condition.ts';
import type { Filter } from './filter.ts';

/** A compiled list of filters that works on the bytes of an event. */
export interface EventFilter {
  /** True if the event at [start, end) passes every filter. The event must have been checked before. */
  accepts(buf: Buffer, start: number, end: number): boolean;
}

/** Decides on one extracted value: its type code (0 = absent) and the range of its bytes. */
type Test = (type: number, buf: Buffer, start: number, end: number) => boolean;

/**
 * Compiles filters (model §3): all must pass; an absent value satisfies no condition, so its negation passes; integers of every width are
 * compared by value; floats never match numeric conditions. The result is not re-entrant: one selector is reused for every event.
 */
export function compileFilters(filters: readonly Filter[]): EventFilter {
  if (filters.length === 0) return { accepts: () => true };
  const paths = [...new Set(filters.map((filter) => filter.path))];
  const selector = new TagSelector(paths.map((path) => HPath.parse(path)));
  const slots = filters.map((filter) => paths.indexOf(filter.path));
  const tests = filters.map((filter) => compileCondition(filter.condition));
  return {
    accepts(buf, start, end) {
      selector.select(buf, start, end);
      for (let i = 0; i < tests.length; i++) {
        const slot = slots[i]!;
        if (!tests[i]!(selector.types[slot]!, buf, selector.starts[slot]!, selector.ends[slot]!)) return false;
      }
      return true;
    },
  };
}

function compileCondition(condition: Condition): Test {
  switch (condition.type) {
    case 'exist':
      return (type) => type !== 0;
    case 'string_equality': {
      const wanted = Buffer.from(condition.value, 'utf8');
      return (type, buf, start, end) =>
        type === TypeCode.STRING && end - start === wanted.length && buf.compare(wanted, 0, wanted.length, start, end) === 0;
    }
    case 'starts_with': {
      const wanted = Buffer.from(condition.value, 'utf8');
      return (type, buf, start, end) =>
        type === TypeCode.STRING &&
        end - start >= wanted.length &&
        buf.compare(wanted, 0, wanted.length, start, start + wanted.length) === 0;
    }
    case 'numerical_equality': {
      const compare = compileComparison(condition.value);
      return (type, buf, start) => isInteger(type) && compare(type, buf, start) === 0;
    }
    case 'range':
      return compileRange(condition);
    case 'negate': {
      const inner = compileCondition(condition.condition);
      return (type, buf, start, end) => !inner(type, buf, start, end);
    }
  }
}

function compileRange(range: Extract<Condition, { type: 'range' }>): Test {
  const compareLeft = compileComparison(range.left);
  const compareRight = compileComparison(range.right);
  const leastLeft = range.inclusiveLeft ? 0 : 1;
  const greatestRight = range.inclusiveRight ? 0 : -1;
  return (type, buf, start) =>
    isInteger(type) && compareLeft(type, buf, start) >= leastLeft && compareRight(type, buf, start) <= greatestRight;
}

function isInteger(type: number): boolean {
  return type === TypeCode.BYTE || type === TypeCode.SHORT || type === TypeCode.INTEGER || type === TypeCode.LONG;
}

/**
 * Compares an integer of any width with a constant: −1, 0 or 1. Longs are compared in two halves, the upper signed and the lower unsigned,
 * because a bigint for every event would cost an allocation.
 */
function compileComparison(constant: LongValue): (type: number, buf: Buffer, start: number) => number {
  const bits = BigInt.asUintN(64, BigInt(constant));
  const wantedHigh = Number(bits >> 32n) | 0;
  const wantedLow = Number(bits & 0xffffffffn);
  return (type, buf, start) => {
    let high: number;
    let low: number;
    if (type === TypeCode.LONG) {
      high = buf.readInt32BE(start);
      low = buf.readUInt32BE(start + 4);
    } else {
      const value =
        type === TypeCode.INTEGER ? buf.readInt32BE(start) : type === TypeCode.SHORT ? buf.readInt16BE(start) : buf.readInt8(start);
      high = value < 0 ? -1 : 0;
      low = value >>> 0;
    }
    if (high !== wantedHigh) return high < wantedHigh ? -1 : 1;
    return low === wantedLow ? 0 : low < wantedLow ? -1 : 1;
  };
}
