import type { Container, Value, Vector, VectorElement } from '../event.ts';
import type { TypeName } from '../type-code.ts';
import { shortestFloat } from './floating-text.ts';
import { JsonDouble, type JsonObject, type JsonValue } from './json-value.ts';

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
      return floatingJson(shortestFloat(value as number));
    case 'double':
      return floatingJson(value as number);
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

function floatingJson(value: number): JsonDouble | string {
  return Number.isFinite(value) ? new JsonDouble(value) : String(value);
}
