import type { Container, Value, Vector, VectorElement } from '../event.ts';
import type { TypeName } from '../type-code.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

/** The plain rendering of a value (protocol §9.1). */
export function plainJson({ type, value }: Value): JsonValue {
  return elementJson(type, value);
}

export function containerJson(container: Container): JsonObject {
  return new Map([...container].map(([key, value]) => [key, plainJson(value)]));
}

function elementJson(type: TypeName, value: VectorElement): JsonValue {
  switch (type) {
    case 'byte':
      return ((value as number) << 24) >> 24;
    case 'float':
      return numberJson(shortestFloat(value as number));
    case 'double':
      return numberJson(value as number);
    case 'container':
      return containerJson(value as Container);
    case 'vector':
      return vectorJson(value as Vector);
    case 'short':
    case 'integer':
    case 'long':
    case 'flag':
    case 'string':
    case 'uuid':
    case 'null':
      return value as JsonValue;
  }
}

/** A vector of bytes is a base64 string, everything else an array. */
function vectorJson({ elementType, elements }: Vector): JsonValue {
  if (elementType === 'byte') return Buffer.from(elements as Buffer | number[]).toString('base64');
  return Array.from(elements as readonly VectorElement[], (element) => elementJson(elementType, element));
}

function numberJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The double with the shortest decimal text that is this float: 3.14f prints as 3.14 and not as 3.140000104904175. */
export function shortestFloat(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
