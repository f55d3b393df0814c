import type { TypeName } from './type-code.ts';

/** A decoded value with its wire type (protocol §2). */
export type Value =
  | { readonly type: 'container'; readonly value: Container }
  | { readonly type: 'byte' | 'short' | 'integer' | 'float' | 'double'; readonly value: number }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'flag'; readonly value: boolean }
  | { readonly type: 'string' | 'uuid'; readonly value: string }
  | { readonly type: 'null'; readonly value: null }
  | { readonly type: 'vector'; readonly value: Vector };

/** Tags by key, in wire order. Of a repeated key the last value counts (protocol §4). */
export type Container = ReadonlyMap<string, Value>;

export type VectorElement = number | bigint | boolean | string | null | Container | Vector;

/** Elements of one type; a vector of bytes is a Buffer (bytes 0..255). */
export interface Vector {
  readonly elementType: TypeName;
  readonly elements: Buffer | readonly VectorElement[];
}

/** A decoded event. `timestamp` is in 100-ns ticks since 1970-01-01T00:00:00Z, `uuid` is lower-case with hyphens. */
export interface HerculesEvent {
  readonly version: number;
  readonly timestamp: bigint;
  readonly uuid: string;
  readonly payload: Container;
}

type Tags = Container | Readonly<Record<string, Value>>;

function containerOf(tags: Tags): Container {
  return tags instanceof Map ? tags : new Map(Object.entries(tags as Readonly<Record<string, Value>>));
}

/** Builders for readable construction: `tag.container({ project: tag.string('shop') })`. */
export const tag = {
  container: (tags: Tags): Value => ({ type: 'container', value: containerOf(tags) }),
  /** 0..255 */
  byte: (value: number): Value => ({ type: 'byte', value }),
  short: (value: number): Value => ({ type: 'short', value }),
  integer: (value: number): Value => ({ type: 'integer', value }),
  long: (value: bigint): Value => ({ type: 'long', value }),
  flag: (value: boolean): Value => ({ type: 'flag', value }),
  float: (value: number): Value => ({ type: 'float', value }),
  double: (value: number): Value => ({ type: 'double', value }),
  string: (value: string): Value => ({ type: 'string', value }),
  uuid: (value: string): Value => ({ type: 'uuid', value }),
  null: (): Value => ({ type: 'null', value: null }),
  vector: (elementType: TypeName, elements: Buffer | readonly VectorElement[]): Value => ({
    type: 'vector',
    value: { elementType, elements },
  }),
};
