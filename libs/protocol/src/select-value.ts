import type { Container, Value } from './event.ts';
import type { HPath } from './hpath.ts';

/**
 * The value at a path (protocol §11): every segment but the last must lead to a container.
 * @returns undefined when there is none, and for the empty path
 */
export function selectValue(container: Container, path: HPath): Value | undefined {
  let value: Value | undefined;
  let current: Container | undefined = container;
  for (const segment of path.segments) {
    value = current?.get(segment);
    if (value === undefined) return undefined;
    current = value.type === 'container' ? value.value : undefined;
  }
  return value;
}
