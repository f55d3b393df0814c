import type { Container, HerculesEvent, Value, Vector, VectorElement } from '../event.ts';
import type { TypeName } from '../type-code.ts';

/**
 * The JSON form of events in files of test vectors (protocol §12): the payload is a list of `{key, type, value}`; Long and timestamp are
 * decimal strings, NaN and the infinities are strings, a vector is `{elementType, elements}`.
 */
interface VectorEvent {
  readonly version: number;
  readonly timestamp: string;
  readonly uuid: string;
  readonly payload: readonly VectorTag[];
}

interface VectorTag {
  readonly key: string;
  readonly type: TypeName;
  readonly value: unknown;
}

/** Turns the JSON form into an event. @throws TypeError or SyntaxError when it has another shape */
export function eventOfVectorJson(json: unknown): HerculesEvent {
  const { version, timestamp, uuid, payload } = json as VectorEvent;
  return { version, timestamp: BigInt(timestamp), uuid, payload: containerOf(payload) };
}

function containerOf(tags: readonly VectorTag[]): Container {
  return new Map(tags.map(({ key, type, value }) => [key, { type, value: valueOf(type, value) } as Value]));
}

function valueOf(type: TypeName, value: unknown): VectorElement {
  switch (type) {
    case 'container':
      return containerOf(value as readonly VectorTag[]);
    case 'vector':
      return vectorOf(value as Vector);
    case 'long':
      return BigInt(value as string);
    case 'float':
      return Math.fround(Number(value));
    case 'double':
      return Number(value);
    default:
      return value as VectorElement;
  }
}

function vectorOf({ elementType, elements }: Vector): Vector {
  if (elementType === 'byte') return { elementType, elements: Buffer.from(elements as readonly number[]) };
  return { elementType, elements: [...elements].map((element) => valueOf(elementType, element)) };
}
